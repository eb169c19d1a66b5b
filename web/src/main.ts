import { mount } from 'svelte';
import App from './App.svelte';
import './look/tokens.css';
import './look/ground.css';
import './look/shell.css';
import './look/controls.css';
import './look/call.css';
import './look/notice.css';
import './look/lists.css';
import './look/supervisor.css';
import './look/doors.css';
import './look/room.css';
import { session } from './state/session.svelte';
import './state/theme.svelte';
import { remembered, words } from './words/words.svelte';

void session.look();
void words.choose(remembered()).then(() => mount(App, { target: document.getElementById('ramal')! }));
