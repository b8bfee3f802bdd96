export interface FleetInput {
  web: string;
}
