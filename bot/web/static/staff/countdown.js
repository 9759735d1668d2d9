// Counts the word's minutes down, then shows the page anew; the seconds come with the page, so no clock is compared.

const place = document.querySelector(".left");

if (place) {
  const end = performance.now() + Number(place.dataset.seconds) * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    place.textContent = `${Math.floor(left / 60)}分${String(left % 60).padStart(2, "0")}秒`;
    if (!left) {
      clearInterval(timer);
      location.reload();
    }
  }, 1000);
}
