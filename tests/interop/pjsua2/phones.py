"""phones.py ADDRESS FOLDER USER=ANSWER…

PJSUA2 phones on ADDRESS that register nowhere and obey lines on ADDRESS:4444. ANSWER is `auto`, `ring`, or a status that
refuses. USER plays FOLDER/USER-says.wav into every call and records it to FOLDER/USER-heard-N.wav, N being the call's number.

    call USER URI           a call of USER's; its number is printed
    transfer CALL URI       blind
    replace CALL OTHER      attended: CALL's far end shall take our place in OTHER
    hold CALL, hangup CALL

Prints what happens: `call N USER STATE STATUS REMOTE`, `transfer N STATUS`, `referred N URI`, `replaced N BY`."""
import os
import socket
import sys
import time

import pjsua2 as pj

address, folder = sys.argv[1:3]
answers = dict(pair.split("=") for pair in sys.argv[3:])
calls = []  # by number


def tell(*words):
    print(*words, flush=True)


class Phone(pj.Account):
    def onIncomingCall(self, event):
        call = Call(self, event.callId)
        answer = answers[self.user]
        operation = pj.CallOpParam()
        operation.statusCode = {"auto": 200, "ring": 180}.get(answer) or int(answer)
        call.answer(operation)


class Call(pj.Call):
    def __init__(self, phone, number=pj.PJSUA_INVALID_ID):
        super().__init__(phone, number)
        self.phone, self.player, self.recorder = phone, None, None
        self.number = len(calls)
        calls.append(self)

    def onCallState(self, event):
        info = self.getInfo()
        tell("call", self.number, self.phone.user, info.stateText, info.lastStatusCode, info.remoteUri)
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.player = self.recorder = None  # closes the files

    def onCallMediaState(self, event):
        info = self.getInfo()  # must outlive the walk over its media
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                if self.player is None:
                    self.player, self.recorder = pj.AudioMediaPlayer(), pj.AudioMediaRecorder()
                    self.player.createPlayer(f"{folder}/{self.phone.user}-says.wav")
                    self.recorder.createRecorder(f"{folder}/{self.phone.user}-heard-{self.number}.wav")
                audio = self.getAudioMedia(index)
                self.player.startTransmit(audio)
                audio.startTransmit(self.recorder)

    def onCallTransferStatus(self, event):
        tell("transfer", self.number, event.statusCode)
        event.cont = True
        if event.finalNotify and event.statusCode // 100 == 2:
            self.hangup(pj.CallOpParam())

    def onCallTransferRequest(self, event):
        tell("referred", self.number, event.dstUri)
        event.newCall = Call(self.phone)

    def onCallReplaced(self, event):
        call = event.newCall = Call(self.phone, event.newCallId)
        tell("replaced", self.number, call.number)


def obey(line):
    what, *words = line.split()
    if what == "call":
        call = Call(phones[words[0]])
        call.makeCall(words[1], pj.CallOpParam(True))
        return
    call, operation = calls[int(words[0])], pj.CallOpParam(True)
    if what == "transfer":
        call.xfer(words[1], operation)
    elif what == "replace":
        call.xferReplaces(calls[int(words[1])], operation)
    elif what == "hold":
        call.setHold(operation)
    elif what == "hangup":
        call.hangup(operation)


endpoint = pj.Endpoint()
endpoint.libCreate()
config = pj.EpConfig()
config.logConfig.level, config.logConfig.consoleLevel = 4, 4
config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
config.medConfig.clockRate, config.medConfig.noVad = 8000, True
endpoint.libInit(config)
transport = pj.TransportConfig()
transport.port, transport.boundAddress, transport.publicAddress = 5060, address, address
endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
endpoint.libStart()
endpoint.audDevManager().setNullDev()

phones = {}
for place, user in enumerate(answers):
    account = pj.AccountConfig()
    account.idUri = f"sip:{user}@{address}"
    media = account.mediaConfig.transportConfig
    # Of its own: two accounts would open one port twice.
    media.boundAddress, media.publicAddress, media.port = address, address, 32000 + 100 * place
    phones[user] = Phone()
    phones[user].user = user
    phones[user].create(account)

listener = socket.create_server((address, 4444))
tell("ready")
control, _ = listener.accept()
control.setblocking(False)
waiting = b""
while True:
    endpoint.libHandleEvents(20)
    try:
        waiting += control.recv(4096) or sys.exit()
    except BlockingIOError:
        pass
    *lines, waiting = waiting.split(b"\n")
    for line in lines:
        try:
            obey(line.decode())
        except pj.Error as error:
            tell("refused", line.decode(), error.reason)
