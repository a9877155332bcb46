// What scripts say, in the language of the page, which brings the texts along as data.

const texts = JSON.parse(document.querySelector("#words")?.textContent || "{}");
const plural = new Intl.PluralRules(document.documentElement.lang || "en");

// A text with its values; what is counted by `n` takes the form that the language has for this number.
export function words(name, values = {}) {
  const found = texts[name], text = typeof found === "object" ? found[plural.select(values.n)] ?? found.other : found ?? "";
  return Object.entries(values).reduce((said, [key, value]) => said.replaceAll(`{${key}}`, value), text);
}
