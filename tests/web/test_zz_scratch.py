import time, os, signal
from pathlib import Path
from local.community import LOUNGE, ROOM
from tests.web.people import People
from tests.stack import Stack
VOICE = """
(() => {
  let gain;
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 220 });
    gain = new GainNode(context, { gain: window.loud ?? 0.5 });
    const microphone = new MediaStreamAudioDestinationNode(context);
    tone.connect(gain).connect(microphone);
    tone.start();
    return microphone.stream;
  };
  window.speak = (on) => { window.loud = on ? 0.5 : 0; if (gain) gain.gain.value = window.loud; };
})();
"""
WRAP = """
const Real = RTCPeerConnection; window.pcs = [];
window.RTCPeerConnection = class extends Real { constructor(...a) { super(...a); window.pcs.push(this); } };
const WS = WebSocket; window.wss = [];
window.WebSocket = class extends WS { constructor(...a) { super(...a); window.wss.push(this); } };
"""
STATS = """async () => { const out = [];
for (const pc of window.pcs) { out.push([pc.iceConnectionState]); }
return [out, navigator.onLine, window.wss.map(w => [w.url.slice(20,30), w.readyState])]; }"""
def brief(t): return t.replace("\n"," ").replace("- listitem","")[:200]
def test_offline(people: People, stack: Stack) -> None:
    """x"""
    path = f"/rooms/{ROOM}/channels/{LOUNGE}"
    t=time.monotonic()
    owner, member = people("owner", "member")
    print("people", time.monotonic()-t)
    member.context.add_init_script(WRAP)
    for p in (owner, member):
        p.context.add_init_script(VOICE)
        p.expect_errors(".")
        t=time.monotonic()
        p.go(path)
        p.button("Join voice").wait_for()
        print("page", time.monotonic()-t)
        t=time.monotonic()
        p.button("Join voice").click()
        p.button("Leave").wait_for()
        print("joined", time.monotonic()-t)
    t0=time.monotonic()
    def look(n):
        for _ in range(n):
            t=time.monotonic()
            print(round(t-t0,1), member.page.evaluate(STATS))
            print("   owner sees", brief(owner.page.get_by_role("list", name="In Lounge").aria_snapshot()))
            print("   member sees", brief(member.page.get_by_role("list", name="In Lounge").aria_snapshot()), brief(member.page.get_by_role("region", name="Your call").aria_snapshot()))
            owner.page.wait_for_timeout(max(1,1000-(time.monotonic()-t)*1000))
    look(4)
    cdp = member.context.browser.new_browser_cdp_session()
    pids = [x["id"] for x in cdp.send("SystemInfo.getProcessInfo")["processInfo"]]
    for pid in pids:
        cmd = Path(f"/proc/{pid}/cmdline").read_text().replace("\0"," ")
        print(pid, cmd[:120] if "NetworkService" not in cmd else "NETWORK")
        if "NetworkService" in cmd: net = pid
    member.page.evaluate("window.speak(false)")
    look(2)
    member.page.evaluate("window.speak(true)")
    look(2)
    member.context.set_offline(True)
    os.kill(net, signal.SIGSTOP)
    print("STOP")
    look(10)
    os.kill(net, signal.SIGCONT)
    member.context.set_offline(False)
    print("CONT")
    look(10)
    print("STOP")
    os.kill(net, signal.SIGSTOP)
    look(10)
    os.kill(net, signal.SIGCONT)
    print("CONT")
    look(10)
