/** Nobody's rules or commands go a tenth as deep; what goes through a body recursively holds out five times that. */
export const MOST_LEVELS = 500;

/** True for a JSON text with more lists and objects in each other than `MOST_LEVELS`. Of what is no JSON, it does not matter. */
export function isTooDeep(json: string): boolean {
  if (json.length < 2 * MOST_LEVELS) return false; // nearly all
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const one = json[at];
    if (one === '"') inText = !inText;
    else if (inText) at += one === '\\' ? 1 : 0;
    else if (one === '[' || one === '{') depth += 1;
    else if (one === ']' || one === '}') depth -= 1;
    if (depth > MOST_LEVELS) return true;
  }
  return false;
}
