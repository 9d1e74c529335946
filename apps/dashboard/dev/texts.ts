/** What the made-up agents talk about. */
export const TOPICS = [
  "sea otters",
  "river otters",
  "giant otters",
  "otter fur",
  "kelp forests",
  "sea urchins",
  "holt building",
  "tool use in otters",
];

export const QUESTIONS = [
  "How do % keep warm in cold water?",
  "What is known about %, and how sure is it?",
  "Compare what two sources say about %.",
  "How much food is needed for % in a year?",
];

export const SNIPPETS = [
  "About %: the densest coat of all mammals has up to 150,000 hairs for each square centimetre.",
  "Observers of % counted meals of about a quarter of the body's weight each day.",
  "Studies of % agree that the coat, not fat, keeps the cold out.",
];

/** A small picture that a customer sends. */
export { PICTURE } from "./picture.ts";
