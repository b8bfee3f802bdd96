const TYPES: Readonly<Record<string, string>> = {
  avif: "image/avif",
  bin: "application/octet-stream",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  gif: "image/gif",
  gz: "application/gzip",
  html: "text/html; charset=utf-8",
  ico: "image/vnd.microsoft.icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  md: "text/markdown; charset=utf-8",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  woff2: "font/woff2",
  xml: "application/xml",
  zip: "application/zip",
};

/** What a browser may show on our origin: nothing that can hold a script. */
const SHOWN = /^(image\/(?!svg)|audio\/|video\/|text\/plain|application\/pdf$)/;

/** By the ending of the key, so that it is the same wherever the file is. */
export function contentType(key: string): string {
  const [, ending = ""] = /\.([^./]+)$/.exec(key) ?? [];
  return (Object.hasOwn(TYPES, ending.toLowerCase()) && TYPES[ending.toLowerCase()]) || "application/octet-stream";
}

/** The `Content-Disposition` for a file: under the name that was asked for, or shown where that is safe. */
export function disposition(key: string, download: string | undefined): string {
  if (download === undefined && SHOWN.test(contentType(key))) return "inline";
  const name = download ?? key.slice(key.lastIndexOf("/") + 1);
  const plain = name.replace(/[^\w .()-]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
