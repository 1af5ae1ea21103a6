// The camera card: picture and level in the browser only, and word of any refusal.
//
// streamlit-webrtc asks for the devices inside its own frame and tells nobody when it is refused. That
// frame is of our origin, so its getUserMedia is wrapped here: one request serves both the preview and
// the connection, only sound is handed on (the server never decodes a picture), and refusals are named.

const room = (window.__rehearsal ??= { mode: "off", stream: null, report: null, drawn: null });

function stop() {
  if (room.stream) for (const track of room.stream.getTracks()) track.stop();
  room.stream = null;
  if (room.sound) room.sound.close().catch(() => {});
  room.sound = null;
  level(0);
}

function level(share) {
  const meter = room.box && room.box.querySelector(".mic-level");
  if (!meter) return;
  meter.firstElementChild.style.transform = `scaleX(${share.toFixed(3)})`;
  meter.setAttribute("aria-valuenow", String(Math.round(share * 100)));
}

function show() {
  const box = room.box;
  if (!box) return;
  const video = box.querySelector("video");
  const hasPicture = !!room.stream && room.stream.getVideoTracks().length > 0;
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

const picture = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } };

function lookAgain() {
  // The frame asked before it could be wrapped: sound is on its way, the picture is fetched by itself.
  const seen = room.stream && room.stream.getVideoTracks().length > 0;
  const late = room.mode === "video" && !seen && !room.asking && Date.now() - room.since > 3000;
  if (!late || room.late === room.since || !navigator.mediaDevices) return;
  room.late = room.since; // once for every press
  navigator.mediaDevices.getUserMedia({ audio: true, video: picture }).then(stream => {
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
    media.getUserMedia = async constraints => {
      room.asking = true;
      const mode = await modeKnown();
      try {
        const stream = await ask({ ...constraints, video: mode === "video" ? picture : false });
        stop();
        room.stream = stream;
        room.asking = false;
        show();
        measure(stream);
        return new window_.MediaStream(stream.getAudioTracks());
      } catch (error) {
        if (room.report) room.report(error.name || "UnknownError");
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
  room.box.querySelector(".camera-state").textContent = data.state;
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
