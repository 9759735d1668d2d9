// Reads QR codes from the device's camera: by the browser's own detector, else by the decoder we carry along.

const EVERY_MS = 150;
const WIDEST = 800; // pixels; a code held to a phone is read well below the camera's full size
const TROUBLES = {
  NotAllowedError: "カメラの使用が許可されていません。ブラウザーの設定で許可してください。",
  NotFoundError: "カメラが見つかりません。",
  NotReadableError: "カメラをほかのアプリが使っています。",
};

export class Camera {
  constructor(video, onCode) {
    this.video = video;
    this.onCode = onCode;
    this.canvas = document.createElement("canvas");
    this.reader = reader(); // at once: later there may be no signal to fetch it with
  }

  /** Start; gives "" or what went wrong, in words. */
  async start() {
    if (!navigator.mediaDevices) return "このページがhttpsで開かれていないため、カメラを使えません。";
    try {
      this.read = await this.reader;
      const wanted = { video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false };
      this.video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
      await this.video.play();
    } catch (error) {
      return TROUBLES[error.name] ?? `カメラを始められません（${error.name}）。`;
    }
    this.look();
    return "";
  }

  stop() {
    clearTimeout(this.timer);
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    return false;
  }

  async look() {
    if (!this.video.srcObject) return;
    try {
      const text = this.video.videoWidth ? await this.read(this.picture()) : null;
      if (text) this.onCode(text);
    } finally {
      this.timer = setTimeout(() => this.look(), EVERY_MS); // one picture that failed does not end the looking
    }
  }

  picture() {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, WIDEST / videoWidth);
    this.canvas.width = Math.round(videoWidth * scale);
    this.canvas.height = Math.round(videoHeight * scale);
    this.canvas.getContext("2d", { willReadFrequently: true }).drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return this.canvas;
  }
}

/** Give what reads a picture: a function from a canvas to the text of a code, or null. */
async function reader() {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? null;
  }
  const { decodeQR } = await import("/static/vendor/qr/decode.js");
  return (canvas) => {
    try {
      return decodeQR(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no code in this picture
    }
  };
}
