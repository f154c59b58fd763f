// Moves between bars of work by keyboard, tells why each is where it is, and pins one
// where it is dragged to. Without this script the links and forms of the page do it.
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const NOBODY = "00000000-0000-0000-0000-000000000000";
  const SETTLING = 700;
  const SLACK = 4;

  const chart = () => document.querySelector("table[data-gantt-keys]");
  const board = () => document.getElementById("board");
  const bars = () => [...document.querySelectorAll("[data-bar]")];
  const barOf = (key) => document.querySelector(`[data-bar="${CSS.escape(key)}"]`);
  const rowOf = (bar) => bar.closest("tr[data-machine]");
  const optionsOf = (bar) => bar.dataset.machines.split(" ").filter(Boolean);
  const canPin = (bar) => Boolean(chart()?.dataset.pinUrl && bar.dataset.machines);

  const say = (text) => {
    const place = document.querySelector("[data-said]");
    if (place) place.textContent = text;
  };
  const word = (name, facts) => {
    let text = chart().dataset[name];
    for (const [key, value] of Object.entries(facts)) text = text.replace(`{${key}}`, value);
    return text;
  };
  const clock = (moment) =>
    new Intl.DateTimeFormat(document.documentElement.lang, {
      timeZone: chart().dataset.zone,
      weekday: "short", day: "numeric", month: "short",
      hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }).format(moment);

  // --- where the keyboard is

  let held = null;
  const rove = (bar) => {
    for (const one of bars()) one.setAttribute("tabindex", one === bar ? "0" : "-1");
  };
  const settle = () => {
    const found = bars();
    if (!found.length) return;
    const kept = held && barOf(held);
    rove(kept || found.find((bar) => bar.hasAttribute("aria-current")) || found[0]);
    if (kept) kept.focus({ preventScroll: true });
  };
  const inRow = (row) => [...row.querySelectorAll("[data-bar]")];
  const middle = (bar) => {
    const box = bar.getBoundingClientRect();
    return box.left + box.width / 2;
  };
  const beside = (bar, step) => {
    const row = inRow(rowOf(bar));
    return row[row.indexOf(bar) + step];
  };
  const across = (bar, step) => {
    const rows = [...chart().querySelectorAll("tr[data-machine]")];
    for (let place = rows.indexOf(rowOf(bar)) + step; rows[place]; place += step) {
      const found = inRow(rows[place]);
      if (!found.length) continue;
      const from = middle(bar);
      return found.reduce((best, one) =>
        Math.abs(middle(one) - from) < Math.abs(middle(best) - from) ? one : best);
    }
    return null;
  };
  const go = (bar) => {
    if (!bar) return;
    rove(bar);
    bar.focus();
  };

  // --- why it is there

  const explain = (bar) => {
    const address = bar.getAttribute("href").split("#")[0];
    for (const one of bars()) {
      one.classList.toggle("is-selected", one === bar);
      if (one === bar) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
    htmx.ajax("GET", address, { source: board(), target: "#why", swap: "outerHTML" })
      .then(() => {
        history.replaceState(history.state, "", address);
        const panel = document.getElementById("why");
        if (panel.getBoundingClientRect().top > window.innerHeight) panel.scrollIntoView();
      });
  };
  const close = () => {
    const panel = document.getElementById("why");
    if (!panel?.hasAttribute("data-open")) return;
    delete panel.dataset.open;
    const bar = document.querySelector("[data-bar].is-selected");
    bar?.classList.remove("is-selected");
    bar?.removeAttribute("aria-current");
    const here = new URL(location.href);
    here.searchParams.delete("bar");
    history.replaceState(history.state, "", here);
    bar?.focus();
  };

  // --- pins

  const send = (address, bar, values) => {
    held = bar.dataset.bar;
    const { board: kind, back } = chart().dataset;
    htmx.ajax("POST", address.replace(NOBODY, bar.dataset.bar), {
      source: board(), target: "#board", swap: "outerHTML",
      values: { version: bar.dataset.version, board: kind, back, ...values },
    });
  };
  const pin = (bar, machine, moment) =>
    send(chart().dataset.pinUrl, bar, { machine_id: machine, start: moment.toISOString() });
  const unpin = (bar) => send(chart().dataset.unpinUrl, bar, {});

  const share = (moment) => {
    const { start, seconds } = chart().dataset;
    return (100 * (moment - new Date(start))) / (1000 * Number(seconds));
  };
  const aim = (bar, machine, moment) => {
    document.querySelector(".gantt-aim")?.remove();
    const row = chart().querySelector(`tr[data-machine="${CSS.escape(machine)}"]`);
    if (!row) return;
    const { seconds } = chart().dataset;
    const place = document.createElementNS(SVG, "svg");
    const width = Math.max((6000 * Number(bar.dataset.minutes)) / Number(seconds), 0.5);
    place.setAttribute("class", "gantt-aim");
    place.setAttribute("x", `${share(moment)}%`);
    place.setAttribute("width", `${width}%`);
    place.setAttribute("y", "3");
    place.setAttribute("height", "38");
    const box = document.createElementNS(SVG, "rect");
    for (const side of ["width", "height"]) box.setAttribute(side, "100%");
    box.setAttribute("rx", "5");
    place.append(box);
    row.querySelector(".gantt-plot").append(place);
  };

  // Several presses are one pin: it is sent when the keys have come to rest.
  let moving = null;
  const nudge = (bar, minutes, machineStep) => {
    if (!canPin(bar)) return;
    const options = optionsOf(bar);
    if (moving?.key !== bar.dataset.bar) {
      moving = {
        key: bar.dataset.bar,
        machine: bar.dataset.pinMachine || rowOf(bar).dataset.machine,
        moment: new Date(bar.dataset.pinStarts || bar.dataset.starts),
      };
    }
    clearTimeout(moving.timer);
    moving.moment = new Date(moving.moment.getTime() + minutes * 60000);
    if (machineStep) {
      const shown = [...chart().querySelectorAll("tr[data-machine]")]
        .map((row) => row.dataset.machine).filter((machine) => options.includes(machine));
      const next = shown[shown.indexOf(moving.machine) + machineStep];
      if (next) moving.machine = next;
    }
    aim(bar, moving.machine, moving.moment);
    say(word("wordAim", { machine: codeOf(moving.machine), time: clock(moving.moment) }));
    const { machine, moment } = moving;
    moving.timer = setTimeout(() => {
      moving = null;
      pin(bar, machine, moment);
    }, SETTLING);
  };
  const codeOf = (machine) =>
    chart().querySelector(`tr[data-machine="${CSS.escape(machine)}"]`)?.dataset.code || "";

  // --- the mouse

  let drag = null;
  const light = (isOn) => {
    const options = optionsOf(drag.bar);
    for (const row of chart().querySelectorAll("tr[data-machine]")) {
      row.classList.toggle("is-option", isOn && options.includes(row.dataset.machine));
      row.classList.remove("is-target");
    }
    chart().classList.toggle("is-dragging", isOn);
    drag.bar.classList.toggle("is-held", isOn);
  };
  const follow = (event) => {
    if (!drag.isOn) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLACK) return;
      drag.isOn = true;
      light(true);
    }
    const { start, seconds, step } = chart().dataset;
    const row = document.elementFromPoint(event.clientX, event.clientY)
      ?.closest("tr[data-machine]");
    for (const one of chart().querySelectorAll("tr.is-target")) one.classList.remove("is-target");
    const plot = drag.plot.getBoundingClientRect();
    const reached = (event.clientX - drag.grip - plot.left) / plot.width;
    const snap = Number(step) * 60;
    const offset = Math.round((reached * Number(seconds)) / snap) * snap;
    drag.moment = new Date(new Date(start).getTime() + 1000 * offset);
    drag.machine = row?.dataset.machine || null;
    if (row?.classList.contains("is-option")) {
      row.classList.add("is-target");
      aim(drag.bar, drag.machine, drag.moment);
      say(word("wordAim", { machine: row.dataset.code, time: clock(drag.moment) }));
    } else {
      document.querySelector(".gantt-aim")?.remove();
    }
  };
  const drop = (isDropped) => {
    const { bar, isOn, machine, moment } = drag;
    const isOption = machine && optionsOf(bar).includes(machine);
    if (isOn) light(false);
    document.removeEventListener("pointermove", follow);
    drag = null;
    if (isOn && isDropped && isOption) {
      pin(bar, machine, moment);
      return;
    }
    document.querySelector(".gantt-aim")?.remove();
    if (isOn && isDropped && machine) say(word("wordNoOption", { machine: codeOf(machine) }));
  };
  let isSwallowed = false;

  document.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest?.("[data-bar].is-movable");
    if (!bar || event.button !== 0 || event.pointerType === "touch" || !canPin(bar)) return;
    const box = bar.querySelector(".gantt-body").getBoundingClientRect();
    drag = {
      bar, x: event.clientX, y: event.clientY, grip: event.clientX - box.left,
      plot: bar.closest(".gantt-plot"), isOn: false,
    };
    document.addEventListener("pointermove", follow);
  });
  document.addEventListener("pointerup", () => {
    if (!drag) return;
    isSwallowed = drag.isOn;
    drop(true);
    // A click follows within the same turn, or none does.
    setTimeout(() => { isSwallowed = false; }, 0);
  });
  document.addEventListener("pointercancel", () => { if (drag) drop(false); });
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("[data-bar]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-why-close]")) {
      event.preventDefault();
      close();
      return;
    }
    const bar = event.target.closest?.("[data-bar]");
    if (!bar) return;
    if (isSwallowed) {
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    held = null;
    explain(bar);
  });

  // --- the keyboard

  let lastGo = -Infinity;
  const NUDGES = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  };
  const WALKS = {
    ArrowLeft: (bar) => beside(bar, -1),
    ArrowRight: (bar) => beside(bar, 1),
    ArrowUp: (bar) => across(bar, -1),
    ArrowDown: (bar) => across(bar, 1),
    Home: (bar) => inRow(rowOf(bar))[0],
    End: (bar) => inRow(rowOf(bar)).at(-1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (drag) drop(false);
      else if (!document.querySelector("dialog[open]")) close();
      return;
    }
    const undo = document.querySelector("form[data-undo]");
    const isTyping = event.target.closest?.("input, textarea, select, dialog[open]");
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && undo && !isTyping) {
      event.preventDefault();
      undo.requestSubmit();
      return;
    }
    // "g p" leads to another page: its second key is none of ours.
    if (event.key === "g") lastGo = event.timeStamp;
    const bar = event.target.closest?.("[data-bar]");
    if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey && NUDGES[event.key]) {
      event.preventDefault();
      const [steps, machines] = NUDGES[event.key];
      nudge(bar, steps * Number(chart().dataset.step), machines);
    } else if (!event.shiftKey && WALKS[event.key]) {
      event.preventDefault();
      go(WALKS[event.key](bar));
    } else if (event.timeStamp - lastGo < 1200) {
      return;
    } else if (event.key.toLowerCase() === "p" && canPin(bar)) {
      pin(bar, rowOf(bar).dataset.machine, new Date(bar.dataset.starts));
    } else if (event.key.toLowerCase() === "u" && canPin(bar)) {
      unpin(bar);
    }
  });
  document.addEventListener("focusin", (event) => {
    const bar = event.target.closest?.("[data-bar]");
    if (bar) rove(bar);
  });

  document.addEventListener("DOMContentLoaded", settle);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "board" || event.detail.target?.id === "board") settle();
  });
})();
