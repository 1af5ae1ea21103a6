// Watching an answer again. The recording, the words and the marks on the bar share one time line, the
// seconds of the answer; a word or mark that is pressed is played, the word that is spoken is marked.
//
// Keys work while the focus is in here, so that no letter typed elsewhere starts anything (WCAG 2.1.4).

const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const PLAY = "M8 5v14l11-7z";
const PAUSE = "M7 5h4v14H7zM13 5h4v14h-4z";
const HANDS_OFF_MS = 4000; // whoever scrolls by hand is not scrolled away

const rooms = new WeakMap();

const clock = s => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function kept(name, value) {
  try { // private windows may refuse
    if (value !== undefined) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch { return null; }
}

// --- time ----------------------------------------------------------------------------------------

function now(room) {
  return room.media && !room.waiting ? room.media.currentTime + source(room).offset_s : room.at;
}

function jump(room, seconds, play = false) {
  const at = Math.min(Math.max(0, seconds), room.data.bar.seconds);
  room.at = at;
  room.touched = 0; // the words follow again
  if (room.media) {
    if (room.waiting) room.resume = { at, play: play || room.resume.play };
    else {
      room.media.currentTime = Math.max(0, at - source(room).offset_s);
      if (play) start(room);
    }
  }
  draw(room, at);
  if (!play) tell(room, `At ${clock(at)}`);
}

function start(room) {
  room.wanted = true;
  room.media.play().catch(() => {}); // refused or failed: `error` says so
}

function toggle(room) {
  if (!room.media) return;
  if (room.root.dataset.trouble === "yes") { room.wanted = true; tryAgain(room); }
  else if (room.waiting) room.resume.play = !room.resume.play;
  else if (room.media.paused) start(room);
  else { room.wanted = false; room.media.pause(); }
}

function speed(room, value, aloud = true) {
  room.speed = value;
  kept("review-speed", value);
  room.find(".review-speed select").value = String(value);
  if (room.media) room.media.defaultPlaybackRate = room.media.playbackRate = value;
  if (aloud) tell(room, `Speed ${value}`);
}

function tell(room, words) { room.find(".review-live").textContent = words; }

// --- drawing -------------------------------------------------------------------------------------

function draw(room, at = now(room)) {
  const { seconds } = room.data.bar;
  room.at = at;
  const seek = room.find(".review-seek");
  seek.value = at;
  const time = `${clock(at)} / ${clock(seconds)}`;
  if (seek.getAttribute("aria-valuetext") !== time) {
    seek.setAttribute("aria-valuetext", `${clock(at)} of ${clock(seconds)}`);
    room.find(".review-time").textContent = time;
  }
  room.find(".review-bar").style.setProperty("--at", `${seconds ? (100 * at) / seconds : 0}%`);
  const word = wordAt(room, at);
  if (word === room.word) return;
  room.word?.element.classList.remove("now");
  room.word = word;
  if (!word) return;
  word.element.classList.add("now");
  follow(room, word.element);
}

function playing(room) {
  const plays = !!room.media && !room.media.paused && !room.media.ended;
  room.find(".review-play path").setAttribute("d", plays ? PAUSE : PLAY);
  room.find(".review-play span").textContent = plays ? "Pause" : "Play";
  draw(room);
  if (plays && !room.frame) {
    const step = () => {
      room.frame = 0;
      if (!room.media || room.media.paused || !room.root.isConnected) return;
      draw(room);
      room.frame = requestAnimationFrame(step);
    };
    room.frame = requestAnimationFrame(step);
  }
}

function wordAt(room, at) {
  let low = 0, high = room.words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (room.words[middle].start <= at + 0.02) low = middle + 1;
    else high = middle;
  }
  return room.words[low - 1];
}

// Only the box of the words scrolls, never the page.
function follow(room, element) {
  const box = room.find(".review-words");
  const top = element.offsetTop - box.scrollTop;
  if (Date.now() - room.touched < HANDS_OFF_MS) return;
  if (top > 0.15 * box.clientHeight && top < 0.7 * box.clientHeight) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.scrollTo({ top: element.offsetTop - 0.35 * box.clientHeight, behavior: calm ? "auto" : "smooth" });
}

// --- hands and keys ------------------------------------------------------------------------------

function key(room, event) {
  const { target } = event;
  if ((event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph")) return;
  if (target.matches("select")) return;
  const at = now(room);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const marks = step && target.matches(".review-track button") ? [...target.parentElement.children] : null;
  if (marks) {
    const next = marks[marks.indexOf(target) + step];
    if (next) { target.tabIndex = -1; next.tabIndex = 0; next.focus(); }
  } else if (event.key === " ") {
    if (target.matches("button, summary")) return;
    toggle(room);
  } else if (step) jump(room, at + 5 * step);
  else if (event.key === "Home") jump(room, 0);
  else if (event.key === "End") jump(room, room.data.bar.seconds);
  else if (/^[jl]$/i.test(event.key)) jump(room, at + (event.key.toLowerCase() === "j" ? -10 : 10));
  else if (event.key === "," || event.key === ".") {
    const here = room.words.indexOf(room.word);
    const word = room.words[event.key === "." ? here + 1 : Math.max(0, here - 1)];
    if (word) jump(room, word.start);
  } else if (event.key === "[" || event.key === "]") {
    const place = SPEEDS.indexOf(room.speed) + (event.key === "]" ? 1 : -1);
    if (SPEEDS[place]) speed(room, SPEEDS[place]);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function press(room, event) {
  const word = event.target.closest(".review-words [data-at]");
  const track = event.target.closest(".review-track");
  if (word) {
    if (getSelection().isCollapsed) jump(room, Number(word.dataset.at), true); // else words were selected
  } else if (event.target.dataset.from) jump(room, Number(event.target.dataset.from), true);
  else if (track) {
    const { left, width } = track.getBoundingClientRect();
    jump(room, (room.data.bar.seconds * (event.clientX - left)) / width, true);
  }
}

function begin(root) {
  const room = { root, find: selector => root.querySelector(selector), words: [], at: 0, touched: 0, view: 0, way: 0, tries: 0 };
  const stored = Number(kept("review-speed"));
  room.speed = SPEEDS.includes(stored) ? stored : 1;
  const choice = room.find(".review-speed select");
  choice.append(...SPEEDS.map(each => make("option", { value: String(each), textContent: `${each} ×` })));
  choice.onchange = () => speed(room, Number(choice.value));
  room.find(".review-play").onclick = () => toggle(room);
  room.find(".review-seek").oninput = event => jump(room, Number(event.target.value));
  room.find(".review-trouble button").onclick = () => tryAgain(room);
  room.find(".review-help").open = matchMedia("(min-width: 821px)").matches; // phones have no keys
  root.addEventListener("keydown", event => key(room, event));
  root.addEventListener("click", event => press(room, event));
  const box = room.find(".review-words");
  for (const event of ["wheel", "touchmove"])
    box.addEventListener(event, () => { room.touched = Date.now(); }, { passive: true });
  return room;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".review");
  let room = rooms.get(root);
  if (!room) rooms.set(root, (room = begin(root)));
  const before = room.data;
  room.away = () => setTriggerValue("away", true);
  room.data = data;
  const another = before?.answer !== data.answer;
  const kinds = media => media.map(each => each.kind).join();
  const other = another || kinds(before.media) !== kinds(data.media);
  if (another) {
    room.at = room.way = 0;
    const names = data.views.map(view => view.name);
    const wanted = [kept("review-view"), "As submitted"].find(name => names.includes(name));
    room.view = Math.max(0, names.indexOf(wanted));
  }
  room.find(".review-note").textContent = data.note;
  room.find(".review-seek").max = data.bar.seconds;
  if (other) recording(room);
  else if (room.waiting && room.media && before.asked !== data.asked) goOn(room);
  // What has not changed is not touched: a selection in it stays, and so does the place one reads at.
  if (another || JSON.stringify(before.views) !== JSON.stringify(data.views)) {
    words(room);
    if (another) room.find(".review-words").scrollTop = 0;
  }
  if (another || JSON.stringify(before.bar) !== JSON.stringify(data.bar)) bar(room);
  playing(room);
  return () => {
    clearTimeout(room.patience);
    cancelAnimationFrame(room.frame);
    room.frame = 0;
    room.media?.pause();
  };
}
