export { beforeAnswer } from "./before-answer.ts";
export { addressGroup, clientAddress } from "./client-address.ts";
export { answerFault, type FaultAnswer, faultAnswer } from "./fault-answer.ts";
export { jsonAnswer, type PlainAnswer, pathOf, sendAnswer } from "./plain-answer.ts";
export { headOf, isUpgrade, type RequestHead } from "./request-head.ts";
export { setHeaders } from "./set-headers.ts";
