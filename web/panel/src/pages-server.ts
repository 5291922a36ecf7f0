// The operator's and resellers' pages, beside the list of tenants: loaded together when one of them is opened.
export { Audit } from "./audit.tsx";
export { Health } from "./health.tsx";
export { People, PersonPage } from "./people.tsx";
export { Plans } from "./plans.tsx";
export { ResellerPage, Resellers } from "./resellers.tsx";
export { TenantPage } from "./tenant.tsx";
