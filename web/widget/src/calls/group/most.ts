/** How many may take part in a call without a service in between, where nothing else is said: each sends to all others. */
export const meshMembersMax = 5;
