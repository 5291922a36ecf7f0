// Pages that are loaded when one of them is opened: owners load no page of the operator's, and nobody loads more than they open.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refused } from "./api.ts";
import { Wait } from "./parts.tsx";

/** The component of a module that `load` imports. A file that can't be had is told as a server that can't be reached. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Later(props: P) {
    const [Shown, setShown] = useState(() => loaded);
    const [failed, setFailed] = useState<Refused>();
    useEffect(() => {
      let isWanted = true;
      load().then(
        (component) => {
          loaded = component;
          if (isWanted) setShown(() => component);
        },
        () => isWanted && setFailed(new Refused(0, "unreachable", "")),
      );
      return () => {
        isWanted = false;
      };
    }, []);
    return Shown ? <Shown {...props} /> : <Wait error={failed} />;
  };
}
