// Full-text search: every word must stand in a section of a page, accents and case aside, in any order.
(() => {
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/g, "oe").replace(/[’\u00a0\u202f]/g, " ").toLowerCase();
  const loaded = {};
  const waiting = {};
  window.traiteIndex = ({ edition, sections }) => {
    loaded[edition] = sections.map(([page, chapter, anchor, heading, text]) => (
      { page, chapter, anchor, heading, text, title: plain(`${chapter} ${heading}`), body: plain(text) }
    ));
  };
  const load = (edition) => (waiting[edition] ??= new Promise((done) => {
    const script = document.createElement("script");
    script.src = `${edition}/search-index.js`;
    script.onload = script.onerror = done;
    document.head.append(script);
  }));

  const form = document.querySelector("form.searching");
  const [words, choice] = [form.elements.mots, form.elements.edition];
  const number = document.getElementById("nombre");
  const results = document.getElementById("resultats");

  const extract = (section, terms) => {
    const places = terms.map((term) => section.body.indexOf(term)).filter((place) => place >= 0);
    const first = places.length ? Math.min(...places) : 0;
    const start = first > 70 ? section.text.lastIndexOf(" ", first - 60) + 1 : 0;
    const space = section.text.indexOf(" ", start + 240);
    const end = space < 0 ? section.text.length : space;
    const shown = document.createElement("p");
    const text = section.text.slice(start, end);
    const folded = plain(text);
    if (start) shown.append("… ");
    let at = 0;
    // Folding keeps the length of a French text, but for « œ »: without the same length nothing is marked.
    const marks = folded.length === text.length
      ? terms.flatMap((term) => [...folded.matchAll(new RegExp(term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "g"))].map((hit) => [hit.index, hit.index + term.length]))
      : [];
    for (const [from, to] of marks.sort((one, two) => one[0] - two[0])) {
      if (from < at) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to);
      shown.append(text.slice(at, from), mark);
      at = to;
    }
    shown.append(text.slice(at), end < section.text.length ? " …" : "");
    return shown;
  };

  const run = async () => {
    const terms = plain(words.value).split(/\s+/).filter((term) => term.length > 1);
    results.replaceChildren();
    number.textContent = "";
    if (!terms.length) return;
    const every = Object.keys(window.traite?.editions ?? {}).sort().reverse();
    const wanted = choice.value ? [choice.value] : every;
    await Promise.all(wanted.map(load));
    const found = [];
    for (const edition of wanted) {
      for (const section of loaded[edition] ?? []) {
        if (!terms.every((term) => section.title.includes(term) || section.body.includes(term))) continue;
        found.push({ edition, section, score: terms.filter((term) => section.title.includes(term)).length });
      }
    }
    found.sort((one, two) => two.score - one.score);
    const shown = found.slice(0, 100);
    for (const { edition, section } of shown) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${edition}/${section.page}.html${section.anchor && `#${section.anchor}`}`;
      link.textContent = `${section.chapter}${section.heading && ` : ${section.heading}`}, édition ${edition}`;
      item.append(link, extract(section, terms));
      results.append(item);
    }
    const many = found.length > 1 ? "s" : "";
    number.textContent = !found.length
      ? `Aucun passage ne contient « ${words.value.trim()} ».`
      : `${found.length} passage${many} trouvé${many}${found.length > shown.length ? `, les ${shown.length} premiers sont montrés` : ""}.`;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`);
    run();
  });
  const asked = new URLSearchParams(location.search);
  words.value = asked.get("mots") ?? "";
  choice.value = asked.get("edition") ?? "";
  if (choice.selectedIndex < 0) choice.value = "";
  run();
})();
