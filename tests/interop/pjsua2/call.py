"""call.py ADDRESS REGISTRAR USER NUMBER VOICE HEARD SECONDS [CHANGES]

A PJSUA2 phone on ADDRESS that registers USER (password pw and the number) at REGISTRAR, dials NUMBER (or a whole sip: URI),
plays VOICE, records HEARD, sends so many CHANGES (re-INVITEs), hangs up SECONDS after that. Ends with 0 when the call was
answered, each change was, and it lasted."""
import os
import sys
import time

import pjsua2 as pj

address, registrar, user, number, voice, heard, seconds = sys.argv[1:8]
changes = int(sys.argv[8]) if len(sys.argv) > 8 else 0
UP, DOWN = pj.PJSIP_INV_STATE_CONFIRMED, pj.PJSIP_INV_STATE_DISCONNECTED
GIVE_UP = 30.0  # seconds; nothing here takes longer unless it hangs


class Phone(pj.Account):
    status = 0

    def onRegState(self, event):
        self.status = event.code


class Call(pj.Call):
    player = recorder = None
    state = None
    answers = 0  # to our INVITE and re-INVITEs

    def onCallTsxState(self, event):
        transaction = event.e.body.tsxState.tsx
        if transaction.method == "INVITE" and transaction.role == pj.PJSIP_ROLE_UAC and transaction.statusCode == 200:
            self.answers += transaction.state == pj.PJSIP_TSX_STATE_TERMINATED
            print("answers", self.answers, flush=True)

    def onCallState(self, event):
        info = self.getInfo()
        self.state = info.state
        print("state", info.stateText, info.lastStatusCode, flush=True)

    def onCallMediaState(self, event):
        info = self.getInfo()  # must outlive the walk over its media
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                if self.player is None:
                    self.player, self.recorder = pj.AudioMediaPlayer(), pj.AudioMediaRecorder()
                    self.player.createPlayer(voice)
                    self.recorder.createRecorder(heard)
                audio = self.getAudioMedia(index)
                self.player.startTransmit(audio)
                audio.startTransmit(self.recorder)


def wait(ready, limit=GIVE_UP):
    end = time.monotonic() + limit
    while not ready() and time.monotonic() < end:
        endpoint.libHandleEvents(20)
    return ready()


endpoint = pj.Endpoint()
endpoint.libCreate()
config = pj.EpConfig()
config.logConfig.level = config.logConfig.consoleLevel = 3
config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
config.medConfig.clockRate, config.medConfig.noVad = 8000, True
endpoint.libInit(config)
transport = pj.TransportConfig()
transport.port, transport.boundAddress, transport.publicAddress = 5060, address, address
endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
endpoint.libStart()
endpoint.audDevManager().setNullDev()

account = pj.AccountConfig()
account.idUri = f"sip:{user}@{registrar}"
account.regConfig.registrarUri = f"sip:{registrar}"
account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, "pw" + user))
media = account.mediaConfig.transportConfig
media.boundAddress, media.publicAddress, media.port = address, address, 32000
phone = Phone()
phone.create(account)

ok = wait(lambda: phone.status) and phone.status == 200
if ok:
    call = Call(phone)
    call.makeCall(number if number.startswith("sip:") else f"sip:{number}@{registrar}", pj.CallOpParam(True))
    ok = wait(lambda: call.state in (UP, DOWN)) and call.state == UP
    for change in range(1, changes + 1):
        call.reinvite(pj.CallOpParam(True))
        ok = ok and wait(lambda: call.answers > change or call.state == DOWN) and call.state == UP
        print("reinvited", change, ok, flush=True)
    if ok:
        wait(lambda: call.state == DOWN, float(seconds))
        ok = call.state == UP
        call.hangup(pj.CallOpParam())
        wait(lambda: call.state == DOWN)
    call.player = call.recorder = None  # closes the files
endpoint.hangupAllCalls()
endpoint.libDestroy()
sys.stdout.flush()
os._exit(0 if ok else 1)  # the bindings' own destructors assert after libDestroy
