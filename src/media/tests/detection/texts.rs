//! What people and machines say first. Those that the trees are made from and those that judge them share no sentence.

/// One language's greetings.
pub struct Texts {
    /// As espeak-ng names it.
    pub language: &'static str,
    /// "Hello?" and the like.
    pub short: &'static [&'static str],
    /// A person who says more than that.
    pub longer: &'static [&'static str],
    /// A person at work; sentences follow each other without a pause to speak of.
    pub company: &'static [&'static str],
    /// Machines, sentence by sentence.
    pub machines: &'static [&'static [&'static str]],
}

pub const TRAINING: [Texts; 2] = [
    Texts {
        language: "pt-br",
        short: &["Alô?", "Alô.", "Oi?", "Oi, alô?", "Fala.", "Sim?", "Diga.", "Opa!", "Quem é?"],
        longer: &[
            "Alô, quem é?",
            "Oi, tudo bem?",
            "Alô, pois não?",
            "Oi, aqui é o Paulo.",
            "Alô, boa tarde.",
            "Bom dia, quem fala?",
            "Alô? Pode falar, estou ouvindo.",
            "Oi amor, já estou chegando.",
        ],
        company: &[
            "Padaria Estrela, bom dia.",
            "Clínica São Lucas, Paula, boa tarde.",
            "Auto peças Oliveira, Marcos falando, em que posso ajudar?",
            "Escritório Lima e Souza, bom dia, como posso ajudar?",
            "Farmácia Central, Juliana, às suas ordens.",
            "Recepção, boa noite, com quem deseja falar?",
        ],
        machines: &[
            &["Olá, você ligou para o Ricardo.", "No momento não posso atender.", "Deixe seu recado após o sinal."],
            &["Sua chamada está sendo encaminhada para a caixa postal, e estará sujeita a cobrança após o sinal."],
            &["Oi, aqui é a Carla, não posso falar agora, mande uma mensagem que eu retorno assim que puder."],
            &["Você ligou para o número nove, oito, sete, seis, cinco, quatro.", "Grave sua mensagem após o bipe."],
            &["Este telefone está desligado ou fora da área de cobertura.", "Deixe sua mensagem após o sinal."],
            &["Caixa postal.", "Deixe seu recado depois do sinal."],
            &[
                "Bom dia, você ligou para a Imobiliária Horizonte.",
                "Nosso horário de atendimento é das oito às dezoito.",
            ],
            &["Não estamos em casa.", "Deixe um recado."],
            &["Alô, você ligou para a família Pereira.", "Agora não podemos atender.", "Obrigado."],
            &["A pessoa que você procura não pode atender. Para deixar um recado, aguarde o sinal."],
            &["Oi!", "Aqui é o Beto.", "Deixa o recado aí que eu ligo depois."],
            &["Ligue mais tarde.", "O telefone chamado não está disponível no momento."],
        ],
    },
    Texts {
        language: "en-us",
        short: &["Hello?", "Hello.", "Yes?", "Hi.", "Yeah?", "Hey.", "Hello, hello?", "Speaking."],
        longer: &[
            "Hello, who is this?",
            "Hi, how are you?",
            "Hello, Peter speaking.",
            "Hey, what's up?",
            "Good morning, yes?",
            "Hello? Yes, go ahead, I can hear you.",
            "Hi honey, I'm almost home.",
        ],
        company: &[
            "Baker and Sons, good morning.",
            "Thank you for calling Green Garden, this is Laura.",
            "Front desk, Tom speaking, how may I help you?",
            "Riverside clinic, good afternoon, can you hold please?",
            "Miller plumbing, what can I do for you?",
            "Accounting, this is Janet.",
        ],
        machines: &[
            &[
                "Hi, you've reached Karen.",
                "I can't come to the phone right now.",
                "Please leave a message after the beep.",
            ],
            &[
                "Your call has been forwarded to an automatic voice message system. The person you called is not available.",
            ],
            &[
                "You have reached the voice mailbox of five, five, five, one, two.",
                "At the tone, please record your message.",
            ],
            &["Hello, this is Bob, I'm not here, so leave your name and number and I'll get back to you."],
            &["We're not home.", "Leave a message."],
            &["Thank you for calling Sunset Dental.", "Our office is currently closed. Our hours are nine to five."],
            &["The customer you are calling is not available. Please try again later."],
            &["Hey!", "It's Mark.", "You know what to do."],
            &["Please leave your message for Susan Hill.", "When you are finished, you may hang up."],
            &["Hello.", "You've reached the Johnsons.", "We can't take your call."],
        ],
    },
];

pub const JUDGING: [Texts; 2] = [
    Texts {
        language: "pt-br",
        short: &["Alô, oi?", "Pronto.", "Oi.", "Pois não?", "Alô! Alô?", "Fala aí.", "Oi, sim?"],
        longer: &[
            "Alô, quem fala?",
            "Oi, quem está falando?",
            "Alô, bom dia.",
            "Alô, aqui é a Maria.",
            "Oi, pode falar.",
            "Boa tarde, pois não?",
            "Alô? Desculpa, não estou te ouvindo direito.",
        ],
        company: &[
            "Construtora Ipê, bom dia.",
            "Supermercado Boa Vista, Fernanda, boa tarde, em que posso ajudar?",
            "Doutor Almeida, consultório, boa tarde.",
            "Oficina do Zé, pode falar.",
            "Central de reservas, Patrícia falando, bom dia.",
            "Transportadora Veloz, setor de cargas, às ordens.",
        ],
        machines: &[
            &["Oi, você ligou para a Fernanda.", "Não posso atender agora.", "Fale depois do sinal que eu te ligo."],
            &["Sua ligação será encaminhada para a caixa de mensagens. Deixe seu recado após o sinal."],
            &["O número chamado encontra-se desligado. Tente novamente mais tarde, ou deixe um recado após o bipe."],
            &["Caixa postal do assinante dois, um, nove, oito, sete.", "Ao ouvir o sinal, grave a sua mensagem."],
            &["Olá!", "No momento estou em reunião.", "Assim que possível, retorno sua ligação."],
            &["Você ligou para o consultório do doutor Mendes.", "Estamos fechados para o almoço."],
            &["Deixe seu recado."],
            &["Aqui é da casa do João e da Ana, saímos um pouco, então deixe seu nome e telefone."],
            &["Mensagem da operadora.", "Este número não está recebendo chamadas neste momento."],
        ],
    },
    Texts {
        language: "en-gb",
        short: &["Hello there?", "Hi, hello?", "Yep?", "Good morning.", "Hello, yes?", "Hi there."],
        longer: &[
            "Hello, this is Maria speaking.",
            "Hello, who's calling?",
            "Hi, yes, can I help you?",
            "Evening, who is it?",
            "Hello? Sorry, I can't hear you very well.",
            "Oh hi, I was just about to call you.",
        ],
        company: &[
            "Good afternoon, Wilson Electrics.",
            "Harbour Hotel reception, Claire speaking, how can I help?",
            "Hello, Northern Supplies, sales department.",
            "City library, good morning, James here.",
            "Doctor Patel's surgery, please hold the line.",
        ],
        machines: &[
            &[
                "Hello, you're through to the voicemail of Oliver.",
                "Sorry I missed you.",
                "Do leave a message after the tone.",
            ],
            &["Welcome to the messaging service. The person you are trying to reach is unavailable."],
            &[
                "Sorry, nobody can answer the telephone at the moment.",
                "Speak after the beep and we will ring you back.",
            ],
            &["Hi, it's Emma, I'm either driving or asleep, so text me instead, it's much quicker, thanks, bye."],
            &["You have reached the office of Grant and Partners.", "We are open Monday to Friday."],
            &["This is an answering machine.", "Talk to it."],
            &["Not here.", "Message please."],
            &["The mobile phone you have called may be switched off. Please try later."],
        ],
    },
];

/// Disjoint too: variants of espeak-ng's voices.
pub const TRAINING_VOICES: &[&str] = &[
    "male1", "male3", "male5", "male7", "female1", "female3", "female5", "Andy", "Linda", "Mario", "Steph", "grandma",
];
pub const JUDGING_VOICES: &[&str] = &[
    "male2", "male4", "male6", "male8", "female2", "female4", "Annie", "Belinda", "Michael", "Pedro", "croak",
    "grandpa",
];
