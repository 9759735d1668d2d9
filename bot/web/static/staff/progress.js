// Shows the progress of a broadcast anew every few seconds, from the page itself; without it one reloads the page.

const EVERY = 3000;

async function renew() {
  const place = document.querySelector("#progress[data-live]");
  if (!place) return;
  try {
    const answer = await fetch(location.pathname);
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const newer = page.querySelector("#progress");
      // Another state has other buttons: then the whole page is loaded, so that none is pressed that is gone.
      if (newer?.dataset.state !== place.dataset.state) return location.replace(location.pathname);
      place.replaceWith(newer);
    }
  } catch {
    // No signal for a moment: the next turn asks again.
  }
  setTimeout(renew, EVERY);
}

setTimeout(renew, EVERY);
