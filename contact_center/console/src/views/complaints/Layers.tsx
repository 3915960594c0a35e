// Where the layers about complaints are drawn; what they hold is fetched when one opens.
import { lazy, Suspense, useEffect } from "react";
import { closeComplaints, complaintLayer } from "../../store/complaints";
import { useValue } from "../../store/value";

const Recording = lazy(() => import("./Recording").then((module) => ({ default: module.Recording })));
const Detail = lazy(() => import("./Detail").then((module) => ({ default: module.Detail })));

export function ComplaintLayers() {
  const layer = useValue(complaintLayer);
  // Whoever leaves the page leaves the layer too.
  useEffect(() => closeComplaints, []);
  return (
    <Suspense>
      {layer?.kind === "record" && <Recording key={layer.conversation} conversation={layer.conversation} />}
      {layer?.kind === "detail" && <Detail key={layer.complaint} id={layer.complaint} />}
    </Suspense>
  );
}
