import { expect, test } from "vitest";
import { cutOff, MOST_VALUES } from "../src/logic/facets.ts";

test("a list that is as long as what is shown is whole; one value more, and it is cut", () => {
  const values = (count: number) => Array.from({ length: count }, (_, place) => place);
  expect(cutOff(values(MOST_VALUES))).toEqual({ shown: values(MOST_VALUES), isCut: false });
  expect(cutOff(values(MOST_VALUES + 1))).toEqual({ shown: values(MOST_VALUES), isCut: true });
  expect(cutOff([])).toEqual({ shown: [], isCut: false });
});
