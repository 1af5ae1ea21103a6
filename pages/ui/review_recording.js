// The recording that plays, and going on where it was when its address has run out. Part of review_player.js.

const TRIES = 2; // fresh addresses for one place of a recording, before we say that it cannot be played
const FRESH_MS = 15000; // that a fresh address may take
const AWAY = "The recording cannot be reached at the moment. Your words are here all the same.";

function source(room) { return room.data.media[room.way]; }

function recording(room) {
  room.way = Math.min(room.way, Math.max(0, room.data.media.length - 1));
  const media = source(room);
  ways(room);
  room.media?.pause();
  room.media = null;
  room.waiting = room.wanted = false;
  room.tries = 0;
  room.failedAt = -1;
  room.root.dataset.trouble = "no";
  room.root.dataset.plays = media ? "yes" : "no";
  if (!media) { room.find(".review-media").replaceChildren(); return; }
  const element = make(media.kind === "video" ? "video" : "audio", { preload: "metadata" });
  if (media.kind === "video") {
    element.playsInline = true;
    if (media.poster) element.poster = media.poster;
    element.onclick = () => toggle(room);
  }
  element.setAttribute("aria-label", "Recording of your answer");
  for (const event of ["play", "pause", "ended", "seeked", "timeupdate", "loadedmetadata"])
    element.addEventListener(event, () => { if (!room.waiting && room.media === element) playing(room); });
  element.addEventListener("play", () => tell(room, `Playing from ${clock(now(room))}`));
  element.addEventListener("pause", () => { if (!element.error) tell(room, `Paused at ${clock(now(room))}`); });
  element.addEventListener("ended", () => { room.wanted = false; });
  element.addEventListener("error", () => { if (room.media === element) lost(room); });
  room.media = element;
  element.src = media.source;
  room.find(".review-media").replaceChildren(element);
  speed(room, room.speed, false);
}

// A picture may begin late, end early or stop for a while: the sound is whole, and can be chosen.
function ways(room) {
  const { media } = room.data;
  const buttons = media.length < 2 ? [] : media.map(({ kind }, number) => {
    const button = make("button", { type: "button", textContent: kind === "video" ? "Picture" : "Sound, all of it" });
    button.setAttribute("aria-pressed", String(number === room.way));
    button.onclick = () => {
      const at = now(room), play = !room.media.paused;
      room.way = number;
      recording(room);
      jump(room, at, play);
      playing(room);
      room.find(".review-ways").children[number].focus();
    };
    return button;
  });
  room.find(".review-ways").replaceChildren(...buttons);
}

// An address works for some minutes only. When it has stopped to, the script is asked for another.
function lost(room) {
  const at = Math.max(room.at, 0);
  if (at > room.failedAt + 1) room.tries = 0;
  room.failedAt = at;
  room.resume = { at, play: room.wanted };
  room.waiting = true;
  playing(room);
  if (room.tries++ >= TRIES) { unreachable(room); return; }
  clearTimeout(room.patience);
  room.patience = setTimeout(() => { if (room.waiting) unreachable(room); }, FRESH_MS);
  room.away();
}

function unreachable(room) {
  room.find(".review-trouble span").textContent = AWAY;
  room.root.dataset.trouble = "yes";
  tell(room, AWAY);
}

function tryAgain(room) {
  room.tries = 0;
  lost(room);
}

function goOn(room) {
  const { at, play } = room.resume;
  const { media } = room;
  clearTimeout(room.patience);
  room.root.dataset.trouble = "no";
  room.waiting = false;
  media.src = source(room).source;
  media.currentTime = Math.max(0, at - source(room).offset_s);
  media.playbackRate = room.speed;
  if (play) start(room);
}
