// The list of cases in report.html: filter, links to one case or finding, and
// cards that are made only when they come into view. Text from logs reaches the
// page as text nodes only, never as markup.
"use strict";
(() => {
  const LINKS = ["requested", "verified", "approved", "executed", "delivered", "closed", "dependents", "reviewed"];
  // How a step is known to belong to the case, for a reader.
  const KNOWN_BY = { explicit: "linked by ticket", correlated: "linked by correlation id", session: "linked by session", window: "linked by account and time", ambiguous: "ambiguous link" };
  // Where a rival record would have stood in the chain.
  const LANE_OF = { "reset.requested": 0, "ticket.opened": 0, "identity.verified": 1, "reset.approved": 2, "credential.delivered": 4, "credential.changed": 4 };
  const STATES = {
    "shown": ["on record", "M8 13.5l3.4 3.4L18 9.8"],
    "faulty": ["on record, and a check is not met", "M13 7.5v6.5M13 18v.2"],
    "missing": ["missing", "M9 9l8 8M17 9l-8 8"],
    "not-due": ["not due yet", "M13 8v5l3.4 2"],
    "not-assessable": ["not assessable: no log given could show it", "M10.6 10.6a2.5 2.5 0 1 1 3.4 2.3c-.7.3-1 .8-1 1.6M13 18v.2"],
    "excepted": ["excepted by a waiver", "M9 13h8"],
    "not-required": ["not required here", ""],
    "not-judged": ["no check speaks of it", ""],
  };
  const GROUP = 20, MOST_PRINTED = 500, MOST_TEXT = 400, MOST_ROWS = 200, MOST_RIVALS = 20;

  const data = document.getElementById("entries").textContent;
  const entries = data.split("\n").filter(Boolean).map((text) => JSON.parse(text));
  const titles = JSON.parse(document.getElementById("titles").textContent);

  // Characters that steer a display are shown by their number instead.
  const ACTIVE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
  const clean = (value, most = MOST_TEXT) => {
    let text = String(value);
    if (text.length > most) text = `${text.slice(0, most)}… (${text.length} characters)`;
    return text.replace(ACTIVE, (c) => `⟨${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
  };
  const el = (tag, cls, ...children) => {
    const e = document.createElement(tag);
    if (cls) e.className = cls;
    e.append(...children.filter((c) => c !== null && c !== undefined));
    return e;
  };
  const said = (value, most) => el("bdi", "", clean(value, most)); // text from a log
  const svg = (tag, attributes, ...children) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };
  const node = (state) => {
    const small = state === "not-required" || state === "not-judged";
    const g = svg("svg", { viewBox: "0 0 26 26", class: `node s-${state}`, role: "img", "aria-label": STATES[state][0] },
      svg("circle", { class: "disc", cx: 13, cy: 13, r: small ? 4 : 11 }));
    if (STATES[state][1]) g.append(svg("path", { class: "mark", d: STATES[state][1] }));
    return g;
  };

  const when = (t) => clean(t).replace("T", " ").replace("Z", "");
  const clock = (t) => when(t).slice(11, 19);
  const day = (t) => when(t).slice(0, 10);
  const span = (ms) => {
    const s = Math.round(Math.abs(ms) / 1000);
    const text = s < 60 ? `${s} s` : s < 5400 ? `${Math.round(s / 60)} min` : s < 172800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;
    return (ms < 0 ? "−" : "+") + text;
  };
  const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
  const words = (...parts) => parts.filter(Boolean).join(" · ");

  // ---- one case
  const station = (name, steps, about, link, gap, searched) => {
    const li = el("li", `link s-${link.state}${steps.length ? "" : " open"}`, node(link.state));
    const body = el("div", "text");
    li.append(el("b", "", name[0].toUpperCase() + name.slice(1)), body);
    if (steps.length) {
      const s = steps[0];
      body.append(el("span", "then", day(s.time) === day(about) ? clock(s.time) : when(s.time).slice(5, 16)), said(s.actor ?? "nobody named", 64),
        el("div", "why", said(words(s.method, s.ticket, s.channel, KNOWN_BY[s.link]?.replace("linked ", "") ?? s.link), 90)));
      if (steps.length > 1) body.append(el("div", "why", `and ${steps.length - 1} more`));
      if (link.state === "faulty") body.append(el("div", "", link.checks.map((c) => titles[c] ?? c).join("; ")));
    } else {
      body.append(el("span", "why", STATES[link.state][0]), ...searched.map((text) => el("div", "why", text)));
    }
    if (gap !== null) li.append(el("span", "gap", span(gap)));
    return li;
  };
  // What the findings of a link searched, in a line each.
  const windows = (entry, link) => {
    const f = link.checks && entry.findings.find((g) => link.checks.includes(g.check) && g.searched.length);
    if (!f) return [];
    const from = f.searched.map((s) => s.from).sort()[0], to = f.searched.map((s) => s.to).sort().at(-1);
    return [`searched ${when(from).slice(5, 16)} to ${when(to).slice(5, 16)}`, `in ${count(f.searched.length, "feed")}`];
  };
  const chain = (entry) => {
    const ol = el("ol", "chain");
    const starts = LINKS.map((name) => entry.case.steps[name].length ? Date.parse(entry.case.steps[name][0].time) : null);
    LINKS.forEach((name, i) => {
      // The time to the next link on record stands on the line before that link.
      const last = starts.slice(0, i + 1).findLast((t) => t !== null), next = starts[i + 1];
      ol.append(station(name, entry.case.steps[name], entry.case.time, entry.links[i], last !== undefined && next ? next - last : null, windows(entry, entry.links[i])));
    });
    return ol;
  };

  // Steps in the order of time: a line that climbs is a step out of order.
  const lanes = (entry) => {
    const rows = LINKS.flatMap((name, lane) => entry.case.steps[name].map((s) => ({ lane, name, ...s })));
    rows.sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || a.lane - b.lane);
    const more = rows.length - MOST_ROWS;
    rows.length = Math.min(rows.length, MOST_ROWS);
    const open = LINKS.map((name, lane) => ({ lane, name, state: entry.links[lane].state, link: entry.links[lane] }))
      .filter((l) => !entry.case.steps[l.name].length && ["missing", "not-due", "not-assessable", "excepted"].includes(l.state));
    const rivals = entry.case.rivals.filter((r) => r.kind in LANE_OF).slice(0, MOST_RIVALS);
    const x = (lane) => 10 + lane * 17, y = (row) => 15 + row * 30, height = 30 * (rows.length + open.length + rivals.length);
    const g = svg("svg", { width: 146, height, viewBox: `0 0 146 ${height}`, "aria-hidden": "true" });
    LINKS.forEach((_, i) => g.append(svg("line", { class: "lane", x1: x(i), x2: x(i), y1: 0, y2: height })));
    if (rows.length) g.append(svg("polyline", { class: "path", points: rows.map((r, i) => `${x(r.lane)},${y(i)}`).join(" ") }));
    rows.forEach((r, i) => g.append(svg("circle", { class: "dot", cx: x(r.lane), cy: y(i), r: 5 })));
    open.forEach((l, i) => g.append(svg("circle", { class: `hole s-${l.state}`, cx: x(l.lane), cy: y(rows.length + i), r: 5 })));
    rivals.forEach((r, i) => g.append(svg("circle", { class: "rival", cx: x(LANE_OF[r.kind]), cy: y(rows.length + open.length + i), r: 4 })));
    const list = el("div", "rows");
    const row = (cls, ...cells) => list.append(el("div", cls, ...cells.map((c) => c instanceof Node ? c : el("span", "", c))));
    rows.forEach((r, i) => row("", el("span", "mono", when(r.time)), i ? span(Date.parse(r.time) - Date.parse(rows[i - 1].time)) : "", r.name,
      el("span", "", said(words(r.actor ?? "nobody named", r.method, r.ticket, r.channel, KNOWN_BY[r.link] ?? r.link), 200))));
    for (const l of open) row("soft", "–", "", l.name, words(STATES[l.state][0], ...windows(entry, l.link)));
    for (const r of rivals) row("soft", "–", "", LINKS[LANE_OF[r.kind]], el("span", "", "a rival record: ", said(r.why, 200)));
    const all = el("div", "lanes", g, list);
    return more > 0 ? el("div", "", all, el("p", "soft", `and ${more} more steps in cases.jsonl`)) : all;
  };

  const table = (heads, rows) => {
    const t = el("table", "", el("thead", "", el("tr", "", ...heads.map((h) => el("th", "", h)))));
    t.append(el("tbody", "", ...rows.map((r) => el("tr", "", ...r.map((c) => el("td", "", c instanceof Node ? c : said(c ?? "–")))))));
    const box = el("div", "scroll", t);
    box.tabIndex = 0; // so that a keyboard can scroll it
    return box;
  };
  // Named facts: a table without heads.
  const facts = (rows) => {
    const t = table([], rows.filter(Boolean));
    t.firstChild.className = "named";
    t.firstChild.tHead.remove();
    return t;
  };
  const block = (title, ...children) => el("div", "block", el("h5", "", title), ...children);
  const code = (value) => el("code", "", clean(value));
  // A <details> whose content is made when it is first opened.
  const fold = (title, fill) => {
    const d = el("details", "", el("summary", "", title));
    d.addEventListener("toggle", () => { if (d.open && d.childElementCount === 1) d.append(...fill().filter(Boolean)); });
    d.make = () => { if (d.childElementCount === 1) d.append(...fill().filter(Boolean)); };
    return d;
  };

  const evidence = (f) => {
    const p = f.policy, place = (e) => clean(e.uri) + (e.line ? `:${e.line}` : e.offset !== null ? ` at byte ${e.offset}` : "");
    return [
      f.evidence.length ? block("Records it rests on", table(["Kind", "Time (UTC)", "Where", "SHA-256 of the record, event id"],
        f.evidence.map((e) => [e.kind, when(e.time), code(place(e)), el("div", "", code(e.sha256), el("br"), code(e.event))]))) : null,
      f.searched.length ? block("What was searched and held no such record", table(["Feed", "Kinds", "From", "To", "Records read"],
        f.searched.map((s) => [s.feed, s.kinds.join(", "), when(s.from), when(s.to), s.records]))) : null,
      f.rivals.length ? block("Other records that could have been meant", table(["Kind", "Event", "Why not"], f.rivals.map((r) => [r.kind, code(r.event), r.why]))) : null,
      block("Judged by", facts([
        p ? ["Policy", `${p.name} ${p.version}${p.rule ? `, ${p.rule}` : ""}`] : null,
        p ? ["Policy SHA-256", code(p.sha256)] : null,
        f.link ? ["Weakest link used", f.link] : null,
        f.waiver ? ["Waiver", f.waiver] : null,
        f.supersedes.length ? ["Stands in place of", f.supersedes.join(", ")] : null,
        ["Classification", f.classification === "design" ? "design: the control is not in operation" : "operating"],
        ["Subject", `${f.scope}: ${f.subject}`],
        ["Finding id", code(f.id)],
      ])),
      Object.keys(f.controls).length ? block("Controls it speaks of", facts(Object.entries(f.controls).map(([k, ids]) => [k, ids.join(", ")]))) : null,
    ];
  };
  const finding = (f) => {
    const d = el("div", "finding");
    d.id = `finding-${f.id}`;
    d.append(el("div", "head", el("span", `sev c-${f.severity}`, f.verdict === "excepted" ? "excepted" : f.severity),
      el("div", "", el("div", "said", said(f.message, 1000)), el("div", "fix", (f.status === "known" ? "known to the baseline · " : "") + f.title + (f.due ? ` · due ${when(f.due).slice(0, 19)}` : "") + (f.fix ? ` · ${f.fix}` : "")))),
      fold(`Evidence: ${count(f.evidence.length, "record")}, ${count(f.searched.length, "feed")} searched`, () => evidence(f)));
    return d;
  };
  const record = (entry) => {
    const c = entry.case, list = (a) => a.map((v) => clean(v)).join(", ") || "–", r = c.recovered_by;
    const rows = [["Accounts", list(c.accounts)], ["Roles then", list(c.roles_then)],
      ["Directories expected, reached, missing", `${list(c.systems.expected)} / ${list(c.systems.reached)} / ${list(c.systems.missing)}`],
      ["First use afterwards", r ? words(r.identity, r.first_signin && when(r.first_signin), r.place, r.device, r.known === false && "place or device not seen before") || "–" : "–"],
      c.policy ? ["Policy", `${c.policy.name} ${c.policy.version}`] : null, c.waivers.length ? ["Waivers", list(c.waivers)] : null,
      c.notes.length ? ["Notes", list(c.notes)] : null, ["Case id", code(c.id)], c.case_aliases.length ? ["Also known as", list(c.case_aliases)] : null];
    return [
      block("Steps in order of time", lanes(entry)),
      block("Acts", table(["Time (UTC)", "Credential", "System", "By", "Event"], c.acts.map((a) => [when(a.time), a.credential, a.system, a.actor, code(a.event)]))),
      block("Facts", facts(rows)),
      block("Verdict of each check", table(["Check", "Verdict"], Object.entries(c.verdicts).map(([k, v]) => [titles[k] ?? k, el("span", `c-${v}`, v.replaceAll("-", " "))]))),
      c.rivals.length ? block("Rival links", table(["Kind", "Event", "Why not"], c.rivals.map((v) => [v.kind, code(v.event), v.why]))) : null,
    ];
  };
  // Findings of a control that is not in operation are one line here: the
  // deficiency stands once in the section on assurance.
  const findings = (entry) => {
    const folded = entry.case ? entry.findings.filter((f) => f.classification === "design") : [];
    const own = entry.findings.filter((f) => !folded.includes(f)).map(finding);
    if (!folded.length) return own;
    const d = fold(`${count(folded.length, "finding")} of controls that are not in operation: ${folded.map((f) => f.title).join("; ")}`, () => folded.map(finding));
    if (entry === focus) { d.make(); d.open = true; }
    return [...own, d];
  };
  // The account of a case that a person would know it by, where its identity is
  // another: an address, else a login with its domain.
  const known = (c) => {
    const names = c.accounts.map((a) => a.replace(/^[a-z]+:/, "")).filter((a) => a !== c.identity);
    return names.find((a) => a.includes("@")) ?? names.find((a) => a.includes("\\"));
  };
  const card = (entry) => {
    const c = entry.case, a = el("article", entry === focus ? "card focus" : "card");
    if (!c) {
      const f = entry.findings[0];
      a.append(el("header", "", el("h4", "who", said(f.subject, 120)), el("div", "meta", el("span", "", `not about one case: ${f.scope}`), f.time ? el("span", "", when(f.time)) : null)), ...findings(entry));
      return a;
    }
    a.id = `case-${c.id}`;
    const e = c.evidence, state = el("span", `state c-${c.custody}`, c.custody[0].toUpperCase() + c.custody.slice(1));
    const meta = [day(c.time) + " " + clock(c.time) + " UTC", c.tier && `${c.tier} (by ${c.tier_basis})`, words(c.path, c.class), c.operator && `by ${clean(c.operator, 60)}`,
      c.cause && c.cause !== "unknown" && `cause ${c.cause}`, `${e.shown} of ${e.required} required links shown, ${e.assessable} assessable`];
    const link = el("a", "", "link to this case");
    link.href = `#case-${c.id}`;
    a.append(el("header", "", el("h4", "who", said(c.identity, 120)), known(c) ? el("span", "soft", said(known(c), 120)) : null, state, el("div", "meta", ...meta.filter(Boolean).map((m) => el("span", "", m)), link)),
      chain(entry), ...findings(entry), fold("Everything on record", () => record(entry)));
    return a;
  };

  // ---- the list
  const list = document.getElementById("list"), tally = document.getElementById("tally");
  const form = document.getElementById("filter");
  let control = "", focus = null, shown = entries;

  const haystack = (entry) => entry.text ??= JSON.stringify([entry.case && [entry.case.id, entry.case.case_aliases, entry.case.identity, entry.case.accounts, entry.case.operator, entry.case.requested_by, entry.case.acts, Object.values(entry.case.steps)],
    entry.findings.map((f) => [f.id, f.message, f.subject, f.check, f.title, f.waiver, f.evidence.map((e) => e.uri)])]).toLowerCase();
  const passes = (entry, want) => {
    if (want.path && (!entry.case || (entry.case.path ?? "unknown") !== want.path)) return false;
    if (want.custody && entry.case?.custody !== want.custody) return false;
    if ((want.severity || want.check || want.status || control) && !entry.findings.some((f) => (!want.severity || f.severity === want.severity) && (!want.status || f.status === want.status) && (!want.check || f.check === want.check) &&
      (!control || Object.entries(f.controls).some(([k, ids]) => ids.some((id) => `${k}/${id}` === control))))) return false;
    return want.words.every((w) => haystack(entry).includes(w));
  };

  // Cards exist only in groups near the view; a group elsewhere is an empty box
  // of its last or guessed height, so that the scroll bar tells the truth.
  const guess = (part) => part.reduce((n, e) => n + 300 + 80 * e.findings.length, 0);
  const fill = (group) => {
    if (group.childElementCount) return;
    group.append(...group.entries.map(card));
    group.style.height = "";
  };
  const empty = (group) => {
    if (!group.childElementCount || group.contains(document.activeElement) || group.querySelector("details[open]")) return;
    group.style.height = `${group.offsetHeight}px`;
    group.replaceChildren();
  };
  const near = new IntersectionObserver((seen) => seen.forEach((s) => (s.isIntersecting ? fill : empty)(s.target)), { rootMargin: "1500px" });
  const lay = () => {
    near.disconnect();
    const groups = [];
    for (let i = 0; i < shown.length; i += GROUP) {
      const group = el("div", "group");
      group.entries = shown.slice(i, i + GROUP);
      group.style.height = `${guess(group.entries)}px`;
      groups.push(group);
    }
    list.replaceChildren(...groups);
    if (groups.length) fill(groups[0]);
    groups.forEach((g) => near.observe(g));
  };
  const refresh = () => {
    const want = Object.fromEntries(new FormData(form));
    want.words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    shown = focus ? [focus] : entries.filter((e) => passes(e, want));
    const cases = shown.filter((e) => e.case).length, found = shown.reduce((n, e) => n + e.findings.length, 0);
    tally.textContent = focus ? "Showing the one that the link names. " : `${count(cases, "case")} with ${count(found, "finding")}${control ? ` for control ${clean(control)}` : ""}, gravest first. `;
    if (focus || control) {
      const all = el("button", "", "Show all");
      all.type = "button";
      all.addEventListener("click", () => { focus = null; control = ""; keep(); refresh(); });
      tally.append(all);
    }
    lay();
  };
  // The address names the filter, so that it can be sent to somebody.
  const keep = () => {
    const want = new URLSearchParams([...new FormData(form), ["control", control]].filter(([, v]) => v));
    history.replaceState(null, "", want.size ? `#${want}` : "#cases");
  };
  const follow = () => {
    const hash = location.hash.slice(1), one = /^(case|finding)-([0-9a-f]{32})$/.exec(hash);
    if (one) {
      const [, kind, id] = one;
      focus = entries.find((e) => (kind === "case" ? e.case && (e.case.id === id || e.case.case_aliases.includes(id)) : e.findings.some((f) => f.id === id))) ?? null;
      refresh();
      (document.getElementById(hash) ?? list).scrollIntoView();
    } else if (hash.includes("=")) {
      const want = new URLSearchParams(hash);
      focus = null;
      control = want.get("control") ?? "";
      for (const field of form.elements) if (field.name) field.value = want.get(field.name) ?? "";
      refresh();
      document.getElementById("cases").scrollIntoView();
    }
  };

  document.getElementById("legend").append(...Object.entries(STATES).map(([state, [text]]) => el("span", "", node(state), text)));
  let wait = 0;
  const change = () => { focus = null; keep(); refresh(); };
  form.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(change, 150); });
  form.addEventListener("reset", () => setTimeout(() => { control = ""; change(); }));
  form.addEventListener("submit", (e) => e.preventDefault());
  window.addEventListener("hashchange", follow);
  // On paper every section is open and the gravest cases stand with their evidence.
  let shut = [];
  window.addEventListener("beforeprint", () => {
    shut = [...document.querySelectorAll("details:not([open])")].filter((d) => !d.closest("#list"));
    for (const d of shut) d.open = true;
    near.disconnect();
    [...list.children].forEach((group, i) => { if (i * GROUP < MOST_PRINTED) fill(group); else group.hidden = true; });
    for (const d of list.querySelectorAll(".finding details")) { d.make(); d.open = true; }
    if (shown.length > MOST_PRINTED) tally.append(`On paper: the gravest ${MOST_PRINTED}.`);
  });
  window.addEventListener("afterprint", () => {
    for (const d of shut) d.open = false;
    refresh();
  });
  refresh();
  follow();
})();
