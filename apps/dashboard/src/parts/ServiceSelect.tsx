import { useFacets } from "../api/queries.ts";
import { cutOff } from "../logic/facets.ts";
import { count } from "../logic/format.ts";

/** One service, or every one. */
export function ServiceSelect({ value, onChange }: { value: string | undefined; onChange: (service: string) => void }) {
  const facets = useFacets();
  const { shown: services, isCut } = cutOff(facets.data?.services ?? []);
  // What the address names is chosen even where it is not listed.
  const isApart = value !== undefined && value !== "" && !services.some((facet) => facet.value === value);
  return (
    <select
      className="select service"
      aria-label="Service"
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">Every service</option>
      {isApart && <option value={value}>{value.slice(0, 60)}</option>}
      {services.map((facet) => (
        <option key={facet.value} value={facet.value}>
          {facet.value.slice(0, 60)}
        </option>
      ))}
      {isCut && <option disabled>Only the {count(services.length)} most frequent</option>}
    </select>
  );
}
