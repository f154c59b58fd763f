// Draws the shifts of a week by mouse and keyboard into the boxes of its form, which is
// what is sent. Without this script the boxes do it alone.
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const DAY = 1440;
  const WEEK = 7 * DAY;
  const STEP = 15;
  const SLACK = 4;
  const EDGE = 8;
  const MOST = 12;
  const BREAK = 30;
  const KEPT = 200;

  const form = document.querySelector("form[data-editor][data-can-write]");
  if (!form) return;
  const grid = form.querySelector("[data-grid]");
  const inspector = form.querySelector("[data-inspector]");
  const plots = [...grid.querySelectorAll("[data-plot]")];
  const dayNames = [...grid.querySelectorAll(".cal-day")].map((one) => one.dataset.name);

  // --- words

  const said = form.querySelector("[data-said]");
  const word = (name, facts = {}) => {
    let text = grid.dataset[name] || "";
    for (const [key, value] of Object.entries(facts)) text = text.replace(`{${key}}`, value);
    return text;
  };
  const say = (text) => { said.textContent = text; };
  const two = (number) => String(number).padStart(2, "0");
  const clock = (minute) => {
    const inDay = ((minute % DAY) + DAY) % DAY;
    return `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`;
  };
  const hours = (minutes) => {
    const units = { style: "unit", unitDisplay: "short" };
    const lang = document.documentElement.lang;
    // As the server writes it: from a hundred hours on hours alone.
    const isLong = minutes >= 6000;
    const whole = new Intl.NumberFormat(lang, {
      ...units, unit: "hour", maximumFractionDigits: 0, roundingMode: "halfEven",
    });
    const rest = new Intl.NumberFormat(lang, { ...units, unit: "minute" });
    const parts = [];
    if (minutes >= 60 || !minutes) {
      parts.push(whole.format(isLong ? minutes / 60 : Math.floor(minutes / 60)));
    }
    if (minutes % 60 && !isLong) parts.push(rest.format(minutes % 60));
    return parts.join(" ").replaceAll("hr", "h");
  };
  const times = (block) => ({ from: clock(block.at), to: clock(block.at + block.length) });

  // --- the boxes of the form: what there is, is what they say

  const minuteOf = (text) => {
    const found = /^(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(text.trim());
    if (!found) return null;
    const [hour, minute] = [Number(found[1]), Number(found[2] || 0)];
    if (hour === 24 && minute === 0) return 0;
    return hour > 23 || minute > 59 ? null : hour * 60 + minute;
  };
  const daySlots = (day) => form.querySelector(`[data-times-day="${day}"] .cal-slots`);
  const slotsOf = (day) => [...daySlots(day).querySelectorAll(".cal-slot")];
  const box = (slot, part) => slot.querySelector(`[data-part="${part}"]`);
  const blockFrom = (day, starts, ends, pause, pauseFrom) => ({
    at: day * DAY + starts,
    length: (ends - starts + DAY) % DAY || DAY,
    pause: pause || 0,
    pauseAt: pause && pauseFrom !== null ? (pauseFrom - starts + DAY) % DAY : null,
  });
  const read = () => {
    const found = [];
    for (let day = 0; day < 7; day += 1) {
      for (const slot of slotsOf(day)) {
        const starts = minuteOf(box(slot, "starts").value);
        const ends = minuteOf(box(slot, "ends").value);
        if (starts === null || ends === null) continue;
        const pause = Number.parseInt(box(slot, "break").value, 10) || 0;
        found.push(blockFrom(day, starts, ends, pause, minuteOf(box(slot, "pause").value)));
      }
    }
    return found.sort((one, two_) => one.at - two_.at);
  };
  const addSlot = () => {
    const count = slotsOf(0).length;
    for (let day = 0; day < 7; day += 1) {
      const last = slotsOf(day).at(-1);
      const next = last.cloneNode(true);
      for (const input of next.querySelectorAll("input")) {
        const name = `d${day}_s${count}_${input.dataset.part}`;
        input.name = name;
        input.id = `id_${name}`;
        input.value = "";
        input.setAttribute("value", "");
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
        const label = input.getAttribute("aria-label");
        input.setAttribute("aria-label", label.replace(String(count), String(count + 1)));
      }
      last.after(next);
    }
    form.elements.slots.value = String(count + 1);
  };
  const write = () => {
    for (let day = 0; day < 7; day += 1) {
      const ofDay = blocks.filter((block) => Math.floor(block.at / DAY) === day);
      while (slotsOf(day).length < ofDay.length) addSlot();
      slotsOf(day).forEach((slot, place) => {
        const block = ofDay[place];
        box(slot, "starts").value = block ? clock(block.at) : "";
        box(slot, "ends").value = block ? clock(block.at + block.length) : "";
        box(slot, "break").value = block?.pause || "";
        const from = block?.pause && block.pauseAt !== null;
        box(slot, "pause").value = from ? clock(block.at + block.pauseAt) : "";
      });
    }
  };

  // --- what is in the week, and what was

  let blocks = read();
  let selected = null;
  let cursor = 8 * 60;
  let done = [];
  let undone = [];
  let act = null;
  let copied = null;

  const snapshot = () => JSON.stringify(blocks);
  const inOrder = () => blocks.sort((one, other) => one.at - other.at);
  const keep = (before) => {
    if (before === snapshot()) return false;
    done.push(before);
    if (done.length > KEPT) done.shift();
    undone = [];
    inOrder();
    write();
    stale();
    return true;
  };
  const step = (from, onto, text) => {
    if (!from.length || act) return;
    onto.push(snapshot());
    blocks = JSON.parse(from.pop());
    selected = null;
    write();
    stale();
    draw();
    say(text);
  };
  const undo = () => step(done, undone, word("wordUndone"));
  const redo = () => step(undone, done, word("wordRedone"));
  // What was previewed is no longer what would be saved.
  const stale = () => {
    form.querySelector("[data-dirty]").hidden = false;
    document.querySelector("#effect .cal-preview")?.classList.add("is-stale");
  };

  const spans = (block) => {
    const end = block.at + block.length;
    return end <= WEEK ? [[block.at, end]] : [[block.at, WEEK], [0, end - WEEK]];
  };
  const collides = (block, except) => blocks.some((other) =>
    other !== except && spans(other).some(([from, to]) =>
      spans(block).some(([start, end]) => start < to && from < end)));
  const blockAt = (minute) => blocks.find((block) =>
    spans(block).some(([from, to]) => from <= minute && minute < to));
  // How far a shift may reach: to the next one, and no further than a day.
  const roomAfter = (at, except) => {
    let room = DAY;
    for (const other of blocks) {
      if (other === except) continue;
      const gap = (other.at - at + WEEK) % WEEK;
      room = Math.min(room, gap || (blockAt(at) === other ? 0 : room));
    }
    return room;
  };
  const roomBefore = (at, except) => {
    let room = DAY;
    for (const other of blocks) {
      if (other === except) continue;
      room = Math.min(room, (at - other.at - other.length + 2 * WEEK) % WEEK);
    }
    return room;
  };
  const fitPause = (block) => {
    if (!block.pause) block.pauseAt = null;
    if (block.pause >= block.length) [block.pause, block.pauseAt] = [0, null];
    if (block.pauseAt !== null && block.pauseAt + block.pause > block.length) {
      block.pauseAt = null;
    }
  };
  const count = (day) =>
    blocks.filter((block) => Math.floor(block.at / DAY) === day).length;

  const worked = () => {
    const minutes = new Uint8Array(WEEK);
    const own = new Array(7).fill(0);
    for (const block of blocks) {
      const [from, to] = pauseOf(block);
      for (let place = 0; place < block.length; place += 1) {
        if (place < from || place >= to) minutes[(block.at + place) % WEEK] = 1;
      }
      own[Math.floor(block.at / DAY)] += block.length - block.pause;
    }
    return { own, total: minutes.reduce((sum, one) => sum + one, 0) };
  };
  const pauseOf = (block) => {
    if (!block.pause) return [0, 0];
    const from = block.pauseAt ?? Math.floor((block.length - block.pause) / 2);
    return [from, from + block.pause];
  };

  // --- drawing

  const make = (name, facts) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value);
    return made;
  };
  const percent = (minutes) => `${((100 * minutes) / DAY).toFixed(3)}%`;
  const pieces = (at, length) => {
    const found = [];
    let [start, rest] = [at, length];
    while (rest > 0) {
      const day = Math.floor(start / DAY) % 7;
      const from = start % DAY;
      const fitting = Math.min(rest, DAY - from);
      found.push({ day, from, fitting, isFirst: start === at, isLast: rest === fitting });
      start += fitting;
      rest -= fitting;
    }
    return found;
  };
  const place = (day, at, length, kind) => make("svg", {
    x: percent(at), width: percent(length), y: 4, height: 32, class: kind,
  });
  const draw = () => {
    const layers = plots.map((plot) => plot.querySelector("[data-layer]"));
    for (const layer of layers) layer.replaceChildren();
    blocks.forEach((block, index) => {
      const isOn = block === selected;
      const all = pieces(block.at, block.length);
      // Where it goes over midnight, its times stand where there is more room.
      const widest = all.reduce((best, one) => (one.fitting > best.fitting ? one : best));
      for (const piece of all) {
        const body = place(piece.day, piece.from, piece.fitting,
          `cal-block${isOn ? " is-selected" : ""}${act?.block === block ? " is-held" : ""}`);
        body.dataset.block = String(index);
        if (piece.isFirst) body.dataset.first = "";
        if (piece.isLast) body.dataset.last = "";
        body.append(make("rect", { width: "100%", height: "100%", rx: 4 }));
        if (piece === widest) {
          const text = make("text", { x: 7, y: 20 });
          text.textContent = `${clock(block.at)}–${clock(block.at + block.length)}`;
          body.append(text);
        }
        layers[piece.day].append(body);
      }
      const [from, to] = pauseOf(block);
      for (const piece of pieces(block.at + from, to - from)) {
        const gap = place(piece.day, piece.from, piece.fitting, "cal-break");
        gap.append(make("rect", { width: "100%", height: "100%" }));
        layers[piece.day].append(gap);
      }
    });
    const spot = make("rect", {
      x: percent(cursor % DAY), width: percent(STEP), y: 1, height: 38, rx: 2,
      class: "cal-cursor",
    });
    layers[Math.floor(cursor / DAY)].append(spot);
    const { own, total } = worked();
    for (const label of grid.querySelectorAll("[data-hours]")) {
      const minutes = own[Number(label.dataset.hours)];
      label.textContent = minutes ? hours(minutes) : "–";
    }
    form.querySelector("[data-week-hours]").textContent = hours(total);
    form.querySelector("[data-undo-step]").disabled = !done.length;
    form.querySelector("[data-redo-step]").disabled = !undone.length;
    inspect();
  };
  const inspect = () => {
    inspector.hidden = !selected || Boolean(act);
    if (inspector.hidden) return;
    const day = Math.floor(selected.at / DAY);
    const [from] = pauseOf(selected);
    const facts = {
      from: clock(selected.at),
      to: clock(selected.at + selected.length),
      pause: selected.pause || "",
      "pause-from": selected.pause ? clock(selected.at + from) : "",
    };
    form.querySelector("[data-selected]").textContent = dayNames[day];
    for (const [name, value] of Object.entries(facts)) {
      inspector.querySelector(`[data-edit="${name}"]`).value = value;
    }
    for (const button of inspector.querySelectorAll("[data-copy-to]")) {
      button.disabled = button.dataset.copyTo === String(day);
    }
  };
  const select = (block) => {
    selected = block || null;
    draw();
  };
  const tell = () => {
    const facts = { day: dayNames[Math.floor(cursor / DAY)], time: clock(cursor) };
    const here = blockAt(cursor);
    say(here ? word("wordIn", { ...facts, ...times(here) }) : word("wordFree", facts));
  };

  // --- what can be done, by whichever hand

  const finish = (before, name, facts) => {
    act = null;
    keep(before);
    draw();
    if (name) say(word(name, facts));
  };
  const cancel = () => {
    if (!act) return;
    blocks = JSON.parse(act.before);
    selected = blocks.find((block) => block.at === act.home) || null;
    act = null;
    draw();
    say(word("wordCanceled"));
  };
  const remove = (block) => {
    const before = snapshot();
    blocks = blocks.filter((other) => other !== block);
    selected = null;
    finish(before, "wordRemoved", times(block));
  };
  const begin = (kind, block, facts = {}) => {
    act = { kind, block, before: snapshot(), home: block?.at, ...facts };
    selected = block;
  };
  const startDrawing = (at) => {
    if (count(Math.floor(at / DAY)) >= MOST) {
      say(word("wordFull"));
      return false;
    }
    const before = snapshot();
    const block = { at, length: STEP, pause: 0, pauseAt: null };
    block.length = Math.min(STEP, roomAfter(at, block)) || STEP;
    blocks.push(block);
    act = { kind: "draw", block, before, home: -1, anchor: at };
    selected = block;
    return true;
  };
  // Between where it began and where the hand is, both quarters in it.
  const drawTo = (minute) => {
    const { block, anchor } = act;
    let ahead = minute - anchor;
    if (ahead >= 0 || anchor + ahead < Math.floor(anchor / DAY) * DAY) {
      ahead = Math.max(ahead, 0);
      block.at = anchor;
      block.length = Math.min(ahead + STEP, roomAfter(anchor, block));
    } else {
      const back = Math.min(-ahead, roomBefore(anchor, block));
      block.at = anchor - back;
      block.length = back + Math.min(STEP, roomAfter(anchor, block));
    }
  };
  const stretchEnd = (block, end) => {
    const most = roomAfter(block.at, block);
    block.length = Math.min(Math.max(end - block.at, STEP), most);
    fitPause(block);
  };
  const stretchStart = (block, start) => {
    const end = block.at + block.length;
    const day = Math.floor(block.at / DAY) * DAY;
    const reach = Math.max(end - roomBefore(end, block), day, end - DAY);
    const at = Math.min(Math.max(start, reach), Math.min(end - STEP, day + DAY - STEP));
    const shifted = at - block.at;
    block.at = at;
    block.length = end - at;
    if (block.pauseAt !== null) block.pauseAt -= shifted;
    if (block.pauseAt !== null && block.pauseAt < 0) block.pauseAt = null;
    fitPause(block);
  };
  const copyDay = (day, onto) => {
    const like = blocks.filter((block) => Math.floor(block.at / DAY) === day);
    const before = snapshot();
    for (const target of onto) {
      if (target === day) continue;
      blocks = blocks.filter((block) => Math.floor(block.at / DAY) !== target);
      for (const block of like) {
        blocks.push({ ...block, at: (block.at % DAY) + target * DAY });
      }
    }
    keep(before);
    draw();
    say(word("wordPasted", {
      day: onto.map((one) => dayNames[one]).join(", "), from: dayNames[day],
    }));
  };
  const toggleBreak = () => {
    const block = blockAt(cursor);
    if (!block) {
      say(word("wordNothing"));
      return;
    }
    const before = snapshot();
    const offset = (cursor - block.at + WEEK) % WEEK;
    const [from, to] = pauseOf(block);
    if (block.pause && offset >= from && offset < to) {
      [block.pause, block.pauseAt] = [0, null];
      finish(before, "wordNobreak");
      return;
    }
    const pause = Math.min(BREAK, block.length - offset);
    if (pause >= block.length) return;
    [block.pause, block.pauseAt] = [pause, offset];
    selected = block;
    finish(before, "wordBreak", { from: clock(cursor), to: clock(cursor + pause) });
  };

  // --- the mouse

  const spotOf = (event) => {
    const row = plots.find((plot) => {
      const area = plot.getBoundingClientRect();
      return event.clientY >= area.top - 4 && event.clientY <= area.bottom + 4;
    });
    const plot = row || act?.plot || plots[0];
    const area = plot.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - area.left) / area.width, 0), 1);
    return { plot, day: Number(plot.dataset.plot), minute: share * DAY };
  };
  const snap = (minute, how = Math.round) => how(minute / STEP) * STEP;
  const cellOf = ({ day, minute }) => day * DAY + Math.min(snap(minute, Math.floor), DAY - STEP);

  grid.addEventListener("pointerdown", (event) => {
    const plot = event.target.closest("[data-plot]");
    if (!plot || event.button !== 0) return;
    if (act) cancel();
    const spot = spotOf(event);
    cursor = cellOf(spot);
    const body = event.target.closest("[data-block]");
    const block = body && blocks[Number(body.dataset.block)];
    const edge = event.pointerType === "touch" ? 2 * EDGE : EDGE;
    // The focus must not jump: the grid keeps it.
    event.preventDefault();
    grid.focus({ preventScroll: true });
    if (!block) {
      act = null;
      selected = null;
      draw();
      act = { kind: "wait", x: event.clientX, y: event.clientY, anchor: cursor, plot };
    } else {
      const area = body.getBoundingClientRect();
      const near = Math.min(edge, area.width / 3);
      const isStart = "first" in body.dataset && event.clientX - area.left < near;
      const isEnd = "last" in body.dataset && area.right - event.clientX < near;
      begin(isEnd ? "end" : isStart ? "start" : "move", block, {
        x: event.clientX, y: event.clientY, plot, isQuiet: true,
        grip: spot.day * DAY + spot.minute - block.at,
      });
      selected = block;
    }
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", drop, { once: true });
    document.addEventListener("pointercancel", letGo, { once: true });
  });
  const follow = (event) => {
    if (!act) return;
    if (act.kind === "wait" || act.isQuiet) {
      if (Math.hypot(event.clientX - act.x, event.clientY - act.y) < SLACK) return;
      if (act.kind === "wait") {
        const { plot } = act;
        if (!startDrawing(act.anchor)) return;
        act.plot = plot;
      }
      act.isQuiet = false;
    }
    const spot = spotOf(event);
    const reached = spot.day * DAY + spot.minute;
    const { block, kind } = act;
    if (kind === "draw") {
      const first = Math.floor(act.anchor / DAY);
      // A shift may go on the next day, and no further.
      const isNear = spot.day === first || spot.day === (first + 1) % 7;
      const day = isNear ? first + ((spot.day - first + 7) % 7) : first;
      drawTo(day * DAY + Math.min(snap(spot.minute, Math.floor), DAY - STEP));
    } else if (kind === "end") {
      const first = Math.floor(block.at / DAY);
      const days = (spot.day - first + 7) % 7;
      if (days < 2) stretchEnd(block, (first + days) * DAY + snap(spot.minute));
    } else if (kind === "start") {
      if (spot.day === Math.floor(block.at / DAY)) {
        stretchStart(block, spot.day * DAY + snap(spot.minute));
      }
    } else {
      const at = snap(reached - act.grip);
      block.at = ((at % WEEK) + WEEK) % WEEK;
      act.isTaken = collides(block, block);
    }
    grid.classList.toggle("is-taken", Boolean(act.isTaken));
    draw();
    say(word("wordUntil", { ...times(block), hours: hours(block.length - block.pause) }));
  };
  const settled = () => {
    document.removeEventListener("pointermove", follow);
    document.removeEventListener("pointerup", drop);
    document.removeEventListener("pointercancel", letGo);
    grid.classList.remove("is-taken");
  };
  const letGo = () => {
    settled();
    if (act?.kind === "wait") act = null;
    else cancel();
  };
  const drop = () => {
    settled();
    if (!act) return;
    const { kind, block, before, isTaken, isQuiet } = act;
    if (kind === "wait" || isQuiet) {
      act = null;
      select(block);
      tell();
    } else if (isTaken) {
      cancel();
      say(word("wordTaken"));
    } else {
      cursor = block.at;
      finish(before, kind === "draw" ? "wordAdded" : "wordChanged", times(block));
    }
  };

  // --- the keyboard

  const MOVES = {
    ArrowLeft: -STEP, ArrowRight: STEP, ArrowUp: -DAY, ArrowDown: DAY,
    PageUp: -60, PageDown: 60,
  };
  let lastGo = -Infinity;
  const around = (minute) => ((minute % WEEK) + WEEK) % WEEK;
  const walk = (event) => {
    let by = MOVES[event.key];
    if (event.shiftKey && Math.abs(by) === STEP) by *= 4;
    if (!act) {
      cursor = around(cursor + by);
      // By one's own steps one comes to the quarter, wherever a shift begins.
      cursor = snap(cursor, Math.floor);
      selected = blockAt(cursor) || null;
      draw();
      tell();
      return;
    }
    const { block, kind } = act;
    if (kind === "draw") {
      act.reach = (act.reach ?? act.anchor) + by;
      act.reach = Math.min(Math.max(act.reach, act.anchor - DAY), act.anchor + DAY - STEP);
      drawTo(act.reach);
      cursor = around(act.reach < act.anchor ? block.at : block.at + block.length - STEP);
    } else if (kind === "end") {
      if (Math.abs(by) < DAY) stretchEnd(block, block.at + block.length + by);
      cursor = around(block.at + block.length - STEP);
    } else if (kind === "start") {
      if (Math.abs(by) < DAY) stretchStart(block, block.at + by);
      cursor = block.at;
    } else {
      block.at = around(block.at + by);
      act.isTaken = collides(block, block);
      cursor = block.at;
      grid.classList.toggle("is-taken", act.isTaken);
    }
    draw();
    say(word("wordUntil", { ...times(block), hours: hours(block.length - block.pause) }));
  };
  const enter = () => {
    if (!act) {
      const here = blockAt(cursor);
      if (here) {
        select(here);
        tell();
        inspector.querySelector("[data-edit]").focus();
        return;
      }
      if (startDrawing(cursor)) {
        draw();
        say(word("wordDrawing", { from: clock(cursor) }));
      }
      return;
    }
    const { kind, block, before, isTaken } = act;
    if (isTaken) {
      say(word("wordTaken"));
      return;
    }
    grid.classList.remove("is-taken");
    finish(before, kind === "draw" ? "wordAdded" : "wordChanged", times(block));
  };
  const pick = (kind) => {
    const here = blockAt(cursor);
    if (!here) {
      say(word("wordNothing"));
      return;
    }
    begin(kind, here);
    draw();
    say(kind === "move" ? word("wordHeld", times(here)) : word("wordEdge"));
  };
  const LETTERS = { m: "move", s: "start", e: "end" };

  grid.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
      const day = Math.floor(cursor / DAY);
      if (key === "c") {
        copied = day;
        say(word("wordCopied", { day: dayNames[day] }));
      } else if (key === "v" && copied !== null && !act) {
        copyDay(copied, [day]);
      } else {
        return;
      }
      event.preventDefault();
      return;
    }
    if (event.altKey) return;
    if (key === "g") lastGo = event.timeStamp;
    if (MOVES[key]) {
      event.preventDefault();
      walk(event);
    } else if ((key === "Home" || key === "End") && !act) {
      event.preventDefault();
      cursor = Math.floor(cursor / DAY) * DAY + (key === "End" ? DAY - STEP : 0);
      selected = blockAt(cursor) || null;
      draw();
      tell();
    } else if (key === "Enter" || key === " ") {
      event.preventDefault();
      enter();
    } else if (key === "Escape" && act) {
      event.preventDefault();
      grid.classList.remove("is-taken");
      cancel();
    } else if ((key === "Delete" || key === "Backspace") && !act) {
      event.preventDefault();
      const here = blockAt(cursor);
      if (here) remove(here);
      else say(word("wordNothing"));
    } else if (event.timeStamp - lastGo < 1200) {
      // "g s" leads to another page: its second key is none of ours.
    } else if (LETTERS[key] && !act) {
      event.preventDefault();
      pick(LETTERS[key]);
    } else if (key === "b" && !act) {
      event.preventDefault();
      toggleBreak();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    // In a box the browser takes back what was typed there.
    if (event.target.matches("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) redo();
    else return;
    event.preventDefault();
  });
  grid.addEventListener("focusout", () => {
    // What was begun by keyboard ends where the focus goes on.
    if (act && !act.plot) cancel();
  });

  // --- buttons and boxes

  form.querySelector("[data-undo-step]").addEventListener("click", undo);
  form.querySelector("[data-redo-step]").addEventListener("click", redo);
  inspector.addEventListener("click", (event) => {
    if (!selected) return;
    if (event.target.closest("[data-remove]")) {
      remove(selected);
      grid.focus({ preventScroll: true });
      return;
    }
    const copier = event.target.closest("[data-copy-to]");
    if (!copier) return;
    const target = copier.dataset.copyTo;
    const day = Math.floor(selected.at / DAY);
    const kept = selected.at;
    copyDay(day, target === "workdays" ? [0, 1, 2, 3, 4] : [Number(target)]);
    select(blocks.find((block) => block.at === kept));
  });
  inspector.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-edit]")) {
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
      grid.focus({ preventScroll: true });
    } else if (event.key === "Escape") {
      grid.focus({ preventScroll: true });
    }
  });
  inspector.addEventListener("change", (event) => {
    event.stopPropagation();
    if (!selected) return;
    const edit = (name) => inspector.querySelector(`[data-edit="${name}"]`).value;
    const [starts, ends] = [minuteOf(edit("from")), minuteOf(edit("to"))];
    if (starts === null || ends === null) {
      inspect();
      return;
    }
    const before = snapshot();
    const pause = Number.parseInt(edit("pause"), 10) || 0;
    const isOwnPause = event.target.dataset.edit === "pause-from" || selected.pauseAt !== null;
    const day = Math.floor(selected.at / DAY);
    const from = isOwnPause ? minuteOf(edit("pause-from")) : null;
    const next = blockFrom(day, starts, ends, pause, from);
    fitPause(next);
    if (collides(next, selected)) {
      say(word("wordTaken"));
      inspect();
      return;
    }
    blocks[blocks.indexOf(selected)] = next;
    selected = next;
    cursor = snap(next.at, Math.floor);
    finish(before, "wordChanged", times(next));
  });
  form.querySelector("[data-times]").addEventListener("change", () => {
    const before = snapshot();
    blocks = read();
    selected = null;
    if (before !== snapshot()) {
      done.push(before);
      undone = [];
    }
    stale();
    draw();
  });
  form.addEventListener("click", (event) => {
    const preset = event.target.closest("[data-shifts]");
    if (!preset) return;
    event.preventDefault();
    const before = snapshot();
    blocks = preset.dataset.shifts.split(" ").filter(Boolean).map((text) => {
      const [day, starts, ends, pause] = text.split("/");
      return blockFrom(Number(day), minuteOf(starts), minuteOf(ends), Number(pause), null);
    });
    selected = null;
    finish(before);
  });
  form.addEventListener("change", (event) => {
    if (!event.target.closest("[data-inspector]")) stale();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "effect") return;
    const shown = document.getElementById("effect");
    if (shown.querySelector(".error-summary")) form.querySelector("[data-times]").open = true;
    (shown.querySelector("[data-focus]") || shown).focus({ preventScroll: true });
    shown.scrollIntoView({ block: "nearest" });
  });

  // --- it begins

  for (const one of form.querySelectorAll("[data-needs-script]")) one.hidden = false;
  grid.setAttribute("role", "application");
  grid.setAttribute("tabindex", "0");
  grid.setAttribute("aria-label", grid.dataset.label);
  grid.classList.add("is-live");
  grid.addEventListener("focus", tell);
  cursor = blocks.length ? snap(blocks[0].at, Math.floor) : cursor;
  draw();
})();
