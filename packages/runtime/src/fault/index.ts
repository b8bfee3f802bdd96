export { CATALOGUE, type CatalogueEntry, type FaultCode } from "./catalogue.ts";
export { Fault, type FaultDetail, isFault } from "./fault.ts";
