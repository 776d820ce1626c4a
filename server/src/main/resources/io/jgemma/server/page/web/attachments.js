// Pictures and text files that go along with a message.
import { t } from "./words.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"]);
const MOST_PICTURE_BYTES = 20 << 20;
const MOST_TEXT_BYTES = 2 << 20;

/**
 * Reads a file: { kind: "picture", data: a data URL } or { kind: "text", data: its text }, with name and type.
 * Throws in words when it is neither, or too large.
 */
export async function readFile(file) {
  const name = file.name || t("pastedFile");
  if (PICTURES.has(file.type)) {
    requireSize(file, name, MOST_PICTURE_BYTES);
    return { kind: "picture", name, type: file.type, data: await dataUrl(file) };
  }
  requireSize(file, name, MOST_TEXT_BYTES);
  try {
    const data = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    if (!data.includes("\0")) return { kind: "text", name, type: file.type || "text/plain", data };
  } catch {
    // No UTF-8: said below.
  }
  throw new Error(t("noPictureOrText", { name }));
}

function requireSize(file, name, most) {
  if (file.size > most) throw new Error(t("fileTooLarge", { name, most: most >> 20 }));
}

function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
