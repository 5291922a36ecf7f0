// Error conditions in the words of the user's language.
import type { ChatStrings } from "../strings/chat.ts";

/** For a message that was refused; it may want the `name` of whom it was for. */
export function messageError(condition: string | undefined): keyof ChatStrings {
  switch (condition) {
    case "resource-constraint":
      return "errorLimit";
    case "forbidden":
    case "not-allowed":
      return "errorForbidden";
    case "registration-required":
      return "errorMembersOnly";
    case "not-authorized":
      return "errorPassword";
    case "policy-violation":
      return "errorRules";
    case "service-unavailable":
    case "item-not-found":
    case "recipient-unavailable":
    case "jid-malformed":
      return "errorUser";
    case "nobody":
      return "neverHere";
    case "remote-server-not-found":
    case "remote-server-timeout":
    case "gone":
      return "errorUnreachable";
    default:
      return "errorOther";
  }
}

/** For a room that we are not, or no longer, in. */
export function roomError(condition: string | undefined): keyof ChatStrings {
  switch (condition) {
    case "not-authorized":
      return "errorPassword";
    case "forbidden":
    case "banned":
      return "errorBanned";
    case "registration-required":
      return "errorMembersOnly";
    case "service-unavailable":
      return "errorFull";
    case "resource-constraint":
      return "errorLimit";
    case "item-not-found":
      return "errorRoomNotFound";
    case "not-allowed":
      return "errorForbidden";
    case "conflict":
    case "not-acceptable":
      return "errorNick";
    case "kicked":
      return "errorKicked";
    case "removed":
      return "errorRemoved";
    case "destroyed":
    case "gone":
      return "errorDestroyed";
    case "remote-server-not-found":
    case "remote-server-timeout":
      return "errorUnreachable";
    default:
      return "errorOther";
  }
}
