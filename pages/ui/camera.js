// The camera card: picture and level in the browser only, and word of any refusal.
//
// streamlit-webrtc asks for the devices inside its own frame and tells nobody when it is refused. That
// frame is of our origin, so its getUserMedia is wrapped here: one request serves both the preview and
// the connection, the picture is handed on only where it is recorded, and refusals are named.

const room = (window.__rehearsal ??= { mode: "off", stream: null, report: null, drawn: null });

function stop() {
  if (room.stream) for (const track of room.stream.getTracks()) track.stop();
  room.stream = null;
  if (room.sound) room.sound.close().catch(() => {});
  room.sound = null;
  level(0);
}

function level(share) {
  room.level = share;
  const meter = room.box && room.box.querySelector(".mic-level");
  if (!meter) return;
  meter.firstElementChild.style.transform = `scaleX(${share.toFixed(3)})`;
  meter.setAttribute("aria-valuenow", String(Math.round(share * 100)));
}

function show() {
  const box = room.box;
  if (!box) return;
  const video = box.querySelector("video");
  const hasPicture = !!room.stream && room.stream.getVideoTracks().some(t => t.readyState === "live");
  if (video.srcObject !== (hasPicture ? room.stream : null)) {
    video.srcObject = hasPicture ? room.stream : null;
    if (hasPicture) video.play().catch(() => {});
  }
  box.dataset.picture = hasPicture ? "on" : "off";
  box.dataset.sound = room.stream ? "on" : "off";
}

function measure(stream) {
  // The level is what the microphone gives, before any network: it moves at once when one speaks.
  const Sound = window.AudioContext || window.webkitAudioContext;
  if (!Sound || stream.getAudioTracks().length === 0) return;
  const sound = (room.sound = new Sound());
  sound.resume().catch(() => {});
  const ear = sound.createAnalyser();
  ear.fftSize = 1024;
  sound.createMediaStreamSource(stream).connect(ear);
  const wave = new Float32Array(ear.fftSize);
  let shown = 0;
  const draw = () => {
    if (room.stream !== stream) return;
    ear.getFloatTimeDomainData(wave);
    let sum = 0;
    for (const v of wave) sum += v * v;
    // -60 dBFS (a quiet room) to -12 dBFS (speaking close to it) fill the bar.
    const decibels = 10 * Math.log10(sum / wave.length + 1e-9);
    shown = Math.max(Math.min(1, Math.max(0, (decibels + 60) / 48)), shown * 0.9);
    level(shown);
    requestAnimationFrame(draw);
  };
  draw();
}

async function modeKnown() {
  // The frame may ask before this card has been told which button was pressed.
  for (let i = 0; i < 40 && room.mode === "off"; i++) await new Promise(r => setTimeout(r, 50));
  return room.mode;
}

function preferVP8(window_) {
  // The server keeps VP8 as it comes; what a browser would rather send (H.264) is encoded anew there.
  const make = window_.RTCPeerConnection && window_.RTCPeerConnection.prototype.createOffer;
  if (!make || !window_.RTCRtpSender || !window_.RTCRtpSender.getCapabilities) return;
  window_.RTCPeerConnection.prototype.createOffer = function (...wishes) {
    const known = window_.RTCRtpSender.getCapabilities("video");
    const codecs = known ? known.codecs : [];
    const first = codecs.filter(codec => codec.mimeType.toLowerCase() === "video/vp8");
    for (const way of first.length ? this.getTransceivers() : []) {
      if (!way.sender.track || way.sender.track.kind !== "video" || !way.setCodecPreferences) continue;
      try {
        way.setCodecPreferences([...first, ...codecs.filter(codec => !first.includes(codec))]);
      } catch { /* then it is encoded anew */ }
    }
    return make.apply(this, wishes);
  };
}

// Which devices were chosen in this browser (pages/practice/device_check.js); one that is gone gives way.
const CHOICE = "rehearsal-devices", CHECKED = "rehearsal-devices-checked";

function remembered(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

function chosen(kind) {
  const id = (remembered(CHOICE) || {})[kind];
  return id ? { deviceId: { ideal: id } } : {};
}

function checked(now) {
  // Who has checked their devices, or would not, is not offered it again in this browser.
  try { if (now) localStorage.setItem(CHECKED, "true"); } catch { /* then in this tab only */ }
  document.documentElement.dataset.devicesChecked = now || remembered(CHECKED) ? "yes" : "no";
}

function say(note) {
  room.note = note;
  if (room.box) room.box.querySelector(".camera-state").textContent = note || room.state;
}

function watch(stream) {
  for (const track of stream.getAudioTracks()) {
    track.addEventListener("ended", () => room.stream === stream && unplugged());
    track.addEventListener("mute", () => room.stream === stream && say("Your computer has muted the microphone."));
    track.addEventListener("unmute", () => room.stream === stream && say(""));
  }
  for (const track of stream.getVideoTracks()) {
    track.addEventListener("ended", () => {
      if (room.stream !== stream) return;
      say("Your camera was unplugged. Your sound goes on.");
      show();
    });
  }
}

async function unplugged() {
  // Another microphone goes on in the same connection; without one the screen says what to do.
  try {
    await room.reopen();
    const [track] = room.stream.getAudioTracks();
    say(`Your microphone was unplugged. We listen to ${track.label || "another one"} now.`);
  } catch {
    if (room.report) room.report("Unplugged");
  }
}

room.reopen = async () => {
  // Devices as they are chosen now, without a new connection.
  const video = room.mode === "video" && { ...room.picture, ...chosen("videoinput") };
  const audio = { ...room.voice, ...chosen("audioinput") };
  const stream = await room.ask({ audio, video }).catch(error => {
    if (!video) throw error;
    return room.ask({ audio, video: false }); // the camera went with it
  });
  if (room.mode === "off") return stream.getTracks().forEach(track => track.stop());
  for (const sender of room.link ? room.link.getSenders() : []) {
    const next = stream.getTracks().find(track => sender.track && track.kind === sender.track.kind);
    if (next) await sender.replaceTrack(next);
  }
  stop();
  room.stream = stream;
  show();
  measure(stream);
  watch(stream);
};

function followLink(window_) {
  // The connection itself: its way through the network is looked up, and devices change in it.
  const Link = window_.RTCPeerConnection;
  if (!Link) return;
  window_.RTCPeerConnection = class extends Link {
    constructor(...wishes) {
      super(...wishes);
      const add = this.addTrack.bind(this);
      this.addTrack = (...sent) => {
        room.link = this; // of two that are begun the one that is used
        return add(...sent);
      };
    }
  };
}

function keepBack() {
  // The server takes no more pictures: they stay here, and the connection goes on with its sound.
  for (const sender of room.link ? room.link.getSenders() : []) {
    if (sender.track && sender.track.kind === "video") sender.replaceTrack(null).catch(() => {});
  }
}

function lookAgain() {
  // The frame asked before it could be wrapped: sound is on its way, the picture is fetched by itself.
  const seen = room.stream && room.stream.getVideoTracks().length > 0;
  const late = room.mode === "video" && !seen && !room.asking && Date.now() - room.since > 3000;
  if (!late || room.late === room.since || !navigator.mediaDevices) return;
  room.late = room.since; // once for every press
  navigator.mediaDevices.getUserMedia({ audio: true, video: room.picture }).then(stream => {
    if (room.mode !== "video") return stream.getTracks().forEach(track => track.stop());
    room.stream = stream;
    show();
    measure(stream);
  }).catch(() => {});
}

function hook() {
  lookAgain();
  for (const frame of document.querySelectorAll('iframe[title^="streamlit_webrtc"]')) {
    let media;
    try { media = frame.contentWindow.navigator.mediaDevices; } catch { continue; }
    if (!media || media.__rehearsal) continue;
    const ask = media.getUserMedia.bind(media);
    const window_ = frame.contentWindow;
    preferVP8(window_);
    followLink(window_);
    room.ask = ask;
    let open = false; // a request of this frame is under way
    media.getUserMedia = async constraints => {
      // Drawn again in the moment of its first start, the frame begins twice; the server would answer one
      // connection while the browser waits with the other. The first goes on, the others wait for ever.
      if (open) return new Promise(() => {});
      open = true;
      room.asking = true;
      const mode = await modeKnown();
      try {
        const wish = { ...room.picture, ...chosen("videoinput") };
        room.voice = constraints.audio;
        const audio = { ...room.voice, ...chosen("audioinput") };
        const stream = await ask({ ...constraints, audio, video: mode === "video" ? wish : false })
          .finally(() => { open = false; });
        if (room.mode === "off") { // given up while the browser asked for permission
          stream.getTracks().forEach(track => track.stop());
          throw new DOMException("The start was given up.", "AbortError");
        }
        stop();
        room.stream = stream;
        room.asking = false;
        show();
        measure(stream);
        watch(stream);
        return new window_.MediaStream(room.film ? stream.getTracks() : stream.getAudioTracks());
      } catch (error) {
        if (room.mode !== "off" && room.report) room.report(error.name || "UnknownError");
        // The frame tries again at once, for ever, while it is asked to play: hold the refusal back
        // until the server has taken that wish away.
        while (room.mode !== "off") await new Promise(r => setTimeout(r, 200));
        await new Promise(r => setTimeout(r, 1000));
        room.asking = false;
        throw error;
      }
    };
    media.__rehearsal = true;
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  room.box = parentElement.querySelector(".camera-card");
  room.report = name => setTriggerValue("trouble", name);
  if (room.mode !== data.mode) room.since = Date.now();
  room.mode = data.mode;
  if (room.film && !data.film) keepBack();
  room.film = data.film;
  room.picture = data.picture;
  room.state = data.state;
  if (data.mode === "off") room.note = "";
  say(room.note);
  checked(data.checked);
  room.box.dataset.live = data.live ? "yes" : "no";
  if (data.mode === "off") stop();
  else if (!navigator.mediaDevices && room.told !== data.press) {
    room.told = data.press; // browsers hide devices from pages that are not HTTPS or localhost
    setTriggerValue("trouble", "InsecureContext");
  }
  hook();
  room.timer ??= setInterval(hook, 50); // far below the time from a frame's loading to its first wish
  show();
  return () => {
    clearInterval(room.timer);
    room.timer = undefined;
    room.mode = "off";
    stop();
  };
}
