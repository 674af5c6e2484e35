// Full-text search. Passages with all the words come first, then those where they stand in the title, in the heading, in the text;
// whole words count more than beginnings of words, rare ones more than common ones. Words of tables and figures are found, never quoted.
(() => {
  const EMPTY = new Set(("a ai ainsi alors au aucun aucune aussi autre autres aux avec beaucoup c ce cela celle celles celui ces cet cette ceux chaque "
    + "chez combien comme comment d dans de depuis des donc dont du elle elles en entre est et etaient etait ete etre eux eu il ils j je l la "
    + "laquelle le lequel les lesquelles lesquels leur leurs lui m mais me meme memes mes moi mon n ne ni nos notre nous on ont ou par parmi pas "
    + "peut peuvent plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se selon sera ses si son sont sous sur t te tous "
    + "tout toute toutes tres un une vers vos votre vous y").split(" "));
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const stem = (word) => (word.length > 3 ? word.replace(/[sx]$/, "").replace(/e{1,2}$/, "") : word);
  // Words of a text with their places: folding keeps the length of a French text.
  const tokens = (text) => [...plain(text).matchAll(/\d{1,3}(?:[\u00a0\u202f ]\d{3}(?!\d))+|\d+|[a-zœæ]+/g)].map((hit) => {
    const word = hit[0].replace(/[\u00a0\u202f ]/g, "").replace(/œ/g, "oe").replace(/æ/g, "ae");
    return { word, stem: stem(word), from: hit.index, to: hit.index + hit[0].length };
  });
  const full = ({ word }) => !EMPTY.has(word);
  const phrase = (found) => ` ${found.filter(full).map((token) => token.stem).join(" ")} `;
  // How well a token answers a term: the same word but for its plural and its feminine, or its beginning.
  const answers = (token, term) => (token.stem === term.stem ? 1 : term.word.length > 2 && token.word.startsWith(term.word) ? 0.3 : 0);

  const spelt = (edition) => edition.replace(/^demo(.*)/, "$1 (démonstration)");

  const loaded = {};
  const waiting = {};
  window.traiteIndex = ({ edition, sections }) => {
    loaded[edition] = sections.map(([page, chapter, anchor, heading, text, also, words]) => {
      const parts = [ // words, and what one of them weighs: the title weighs where the chapter begins
        [tokens(chapter), anchor ? 1 : 8], [tokens(heading), 5], [tokens(text), 1], [tokens(also), 2.5], [tokens(words), 0.3], [tokens(edition), 5],
      ];
      return { edition, page, chapter, anchor, heading, text, parts, length: parts[2][0].length, said: parts.slice(0, 3).map(([found]) => phrase(found)) };
    });
  };
  const load = (edition) => (waiting[edition] ??= new Promise((done) => {
    const script = document.createElement("script");
    script.src = `${edition && `${edition}/`}search-index.js`;
    script.onload = script.onerror = done;
    document.head.append(script);
  }));

  const form = document.querySelector("form.searching");
  const [words, choice] = [form.elements.mots, form.elements.edition];
  const number = document.getElementById("nombre");
  const results = document.getElementById("resultats");

  // What a term weighs in a section (as BM25 does): the tenth time says less than the first, and so does a word of a long text.
  const weight = (section, term) => {
    let times = 0;
    for (const [found, worth] of section.parts) {
      const sum = found.reduce((total, token) => total + answers(token, term), 0);
      times += worth === 1 ? sum / (0.4 + 0.6 * section.length / 120) : worth * sum;
    }
    return times / (times + 1.2);
  };
  const ranked = (sections, terms) => {
    const hits = sections.map((section) => ({ section, weights: terms.map((term) => weight(section, term)) }));
    const rarity = terms.map((_, n) => Math.log(1 + sections.length / (1 + hits.filter((hit) => hit.weights[n]).length)));
    const asked = phrase(terms);
    for (const hit of hits) {
      hit.found = hit.weights.filter(Boolean).length;
      hit.score = hit.weights.reduce((sum, one, n) => sum + one * rarity[n], 0);
      if (terms.length > 1) hit.score *= [2, 1.8, 1.4].find((_, n) => hit.section.said[n].includes(asked)) ?? 1; // side by side
    }
    const most = Math.max(0, ...hits.map((hit) => hit.found));
    const kept = hits.filter((hit) => most && hit.found === most);
    return { whole: most === terms.length, hits: kept.sort((one, two) => two.score - one.score || two.section.edition.localeCompare(one.section.edition)) };
  };

  const extract = ({ text, parts }, terms) => {
    const shown = document.createElement("p");
    const marks = parts[2][0].filter((token) => terms.some((term) => answers(token, term)));
    // The stretch with most of the words, from the sentence that holds the first of them.
    const kinds = (from) => new Set(marks.filter((mark) => mark.from >= from && mark.from < from + 200).map((mark) => mark.stem)).size;
    const best = marks.reduce((chosen, mark) => (kinds(mark.from) > kinds(chosen.from) ? mark : chosen), marks[0]);
    let start = 0;
    if (best && best.from > 100) start = Math.max(text.lastIndexOf(". ", best.from) + 2, text.lastIndexOf(" ", best.from - 60) + 1);
    const space = text.indexOf(" ", start + 240);
    const end = space < 0 ? text.length : space;
    if (start && !/[.!?] $/.test(text.slice(0, start))) shown.append("… ");
    let at = start;
    for (const { from, to } of marks) {
      if (from < start || to > end) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to);
      shown.append(text.slice(at, from), mark);
      at = to;
    }
    shown.append(text.slice(at, end), end < text.length ? " …" : "");
    if (!text) shown.append("Ces mots sont dans une figure ou un tableau.");
    return shown;
  };

  const address = ({ edition, page, anchor }) => `${edition && `${edition}/`}${page}.html${anchor && `#${anchor}`}`;
  const linked = (section, text) => {
    const link = document.createElement("a");
    link.href = address(section);
    link.textContent = text;
    return link;
  };

  const run = async () => {
    const typed = tokens(words.value);
    const terms = typed.some(full) ? typed.filter(full) : typed;
    results.replaceChildren();
    number.textContent = "";
    if (!terms.length) return;
    const every = Object.keys(window.traite?.editions ?? {}).sort().reverse();
    const wanted = choice.value ? [choice.value] : every;
    await Promise.all(["", ...wanted].map(load));
    const { whole, hits } = ranked(["", ...wanted].flatMap((edition) => loaded[edition] ?? []), terms);
    // One passage stands in several editions: it is one answer, with a link to each.
    const groups = new Map();
    for (const hit of hits) {
      const name = `${hit.section.page}#${hit.section.anchor}`;
      groups.set(name, [...(groups.get(name) ?? []), hit]);
    }
    const answersShown = [...groups.values()].slice(0, 50);
    for (const group of answersShown) {
      const newest = group.filter((hit) => hit.score > 0.8 * group[0].score).reduce((one, two) => (two.section.edition > one.section.edition ? two : one));
      const { section } = newest;
      const others = group.filter((hit) => hit !== newest);
      const item = document.createElement("li");
      const name = `${section.chapter}${section.heading && ` : ${section.heading}`}`;
      item.append(linked(section, section.edition ? `${name}, édition ${spelt(section.edition)}` : name), extract(section, terms));
      if (others.length) {
        const more = document.createElement("p");
        more.className = "also";
        more.append("Aussi dans les éditions : ");
        others.sort((one, two) => two.section.edition.localeCompare(one.section.edition)).forEach(({ section: other }, n) => {
          const link = linked(other, spelt(other.edition));
          link.setAttribute("aria-label", `${name}, édition ${spelt(other.edition)}`);
          more.append(n ? ", " : "", link);
        });
        item.append(more);
      }
      results.append(item);
    }
    const many = groups.size > 1 ? "s" : "";
    const part = whole ? "" : " Aucun ne contient tous ces mots.";
    number.textContent = !groups.size
      ? `Aucun passage ne contient « ${words.value.trim()} ».`
      : `${groups.size} passage${many} trouvé${many}${groups.size > answersShown.length ? `, les ${answersShown.length} premiers sont montrés` : ""}.${part}`;
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
