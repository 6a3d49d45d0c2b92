// What the robot does within the page: it lists controls, finds one again, and says what is wrong.
(() => {
  const PRESSED = "button, a[href], summary, select, input, textarea, [role=treeitem]";
  const SETTLED_MS = 30_000;
  const QUIET_FRAMES = 2;

  const nameOf = (element) =>
    (element.getAttribute("aria-label") || element.labels?.[0]?.innerText || element.innerText || element.title || "")
      .trim()
      .replace(/\d+/g, "#")
      .slice(0, 60);

  const keyOf = (element) => [element.tagName.toLowerCase(), element.type ?? "", nameOf(element)].join("|");

  const isPressed = (element) =>
    !element.disabled &&
    element.target !== "_blank" &&
    element.checkVisibility({ visibilityProperty: true }) &&
    element.closest("[inert]") === null;

  /** The controls of the dialog that is open, else of the view, or of the whole page; each key once. */
  const controls = (whole) => {
    const root = document.querySelector("dialog[open]") ?? document.querySelector(whole ? "body" : "main");
    const found = new Map();
    for (const element of root?.querySelectorAll(PRESSED) ?? []) {
      if (isPressed(element) && !found.has(keyOf(element))) found.set(keyOf(element), element);
    }
    return found;
  };

  /** Focuses a control; its kind, or null where it is not there any more. */
  const focus = (element) => {
    if (!element) return null;
    element.scrollIntoView({ block: "center" });
    element.focus();
    const tag = element.tagName.toLowerCase();
    if (tag === "select") {
      const other = [...element.options].find(({ value }) => value !== element.value);
      return other ? `select ${other.value}` : "button";
    }
    if (tag === "textarea") return "text";
    if (tag !== "input") return "button";
    if (["checkbox", "radio"].includes(element.type)) return "space";
    return element.type === "range" ? "button" : "text";
  };

  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

  const isLoading = () =>
    [...document.querySelectorAll("main p, #page > p")].some((one) => /^(Loading|Opening|Signing in)/.test(one.innerText));

  /** Waits until nothing is loading, at most for as long as a machine under load takes. `served`: the server can be asked. */
  const settle = async (served) => {
    const deadline = performance.now() + (served ? SETTLED_MS : 0);
    for (let quiet = 0; quiet < QUIET_FRAMES; ) {
      await frame();
      if (!isLoading()) quiet += 1;
      else if (performance.now() > deadline) return served ? "it is loading for ever" : "";
      else quiet = 0;
    }
    return "";
  };

  const hasDialog = () => document.querySelector("dialog[open]") !== null;
  const isSignedOut = () => document.querySelector("form input[type=password]") !== null;

  /** What is wrong with the page as it stands; an empty text where nothing is. */
  const problem = () => {
    if (isSignedOut()) return "";
    if (!document.body.innerText.trim()) return "the page is white";
    if (!document.querySelector("nav a[href]")) return "there is no way on";
    if (!document.querySelector("main")?.innerText.trim()) return "the view is empty";
    const failure = document.querySelector(".failure");
    return failure ? `it failed: ${failure.innerText}` : "";
  };

  const go = (path) => {
    if (location.pathname !== path || location.search) history.pushState(null, "", path);
  };

  window.robot = {
    /** The controls of a view, once it is open. */
    open: async ([path, whole, served]) => {
      go(path);
      const slow = await settle(served);
      return { problem: slow || problem(), keys: [...controls(whole).keys()] };
    },

    /** Opens the view again, and focuses one control; its kind is null where it is not there any more. */
    aim: async ([path, key, whole, served]) => {
      if (path) go(path);
      const slow = await settle(served);
      return { problem: slow || problem(), kind: focus(controls(whole).get(key)) };
    },

    /** What came of it. */
    outcome: async (served) => {
      const slow = await settle(served);
      return { problem: slow || problem(), dialog: hasDialog(), signedOut: isSignedOut(), path: location.pathname };
    },

    /** Whether each of these scripts is there, by its name in the source. */
    have: (names) => {
      const there = performance.getEntriesByType("resource").map(({ name }) => name.split("/").at(-1));
      return names.every((name) => there.some((script) => script.startsWith(`${name}-`) && script.endsWith(".js")));
    },
  };
})();
