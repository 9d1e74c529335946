import { type ComponentType, lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { Skeleton } from "../parts/Basics.tsx";
import { Boundary } from "./Boundary.tsx";
import { PLACES } from "./places.ts";

function page<P extends object>(load: () => Promise<{ [name: string]: ComponentType<P> }>, name: string) {
  return lazy(async () => ({ default: (await load())[name] as ComponentType<P> }));
}

const Traces = page<object>(() => import("../pages/traces/Traces.tsx"), "Traces");
const Trace = page<{ id: string }>(() => import("../pages/trace/Trace.tsx"), "Trace");
const Live = page<object>(() => import("../pages/live/Live.tsx"), "Live");
const Sessions = page<object>(() => import("../pages/sessions/Sessions.tsx"), "Sessions");
const Session = page<object>(() => import("../pages/sessions/Session.tsx"), "Session");
const Analytics = page<object>(() => import("../pages/analytics/Analytics.tsx"), "Analytics");
const Compare = page<object>(() => import("../pages/compare/Compare.tsx"), "Compare");
const Feedback = page<object>(() => import("../pages/feedback/Feedback.tsx"), "Feedback");
const Health = page<object>(() => import("../pages/health/Health.tsx"), "Health");
const Find = page<{ id: string }>(() => import("../pages/find/Find.tsx"), "Find");

function Waiting() {
  return (
    <div className="scroll">
      <Skeleton />
    </div>
  );
}

/** Which page an address is. */
export function Routes() {
  const [place] = useLocation();
  useEffect(() => {
    const found = PLACES.find((one) => place.startsWith(one.path));
    document.title = found === undefined ? "tracewire" : `${found.word} · tracewire`;
  }, [place]);
  return (
    <Boundary key={place}>
      <Suspense fallback={<Waiting />}>
        <Switch>
          <Route path="/live" component={Live} />
          <Route path="/traces" component={Traces} />
          <Route path="/traces/:id">{({ id }) => <Trace key={id} id={id} />}</Route>
          <Route path="/sessions" component={Sessions} />
          <Route path="/sessions/one" component={Session} />
          <Route path="/analytics" component={Analytics} />
          <Route path="/compare" component={Compare} />
          <Route path="/feedback" component={Feedback} />
          <Route path="/health" component={Health} />
          <Route path="/find/:id">{({ id }) => <Find id={id} />}</Route>
          <Route>
            <Redirect to="/traces" replace />
          </Route>
        </Switch>
      </Suspense>
    </Boundary>
  );
}
