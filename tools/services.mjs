/**
 * What `npm start` runs, each as a process of its own, and where each listens. Another port is given by the variable in
 * `setting`; the service itself reads it as `variable`.
 */
export const services = [
  { name: 'ingress', variable: 'INGRESS_PORT', setting: 'INGRESS_PORT', port: 8080 },
  { name: 'deployer', variable: 'DEPLOYER_PORT', setting: 'DEPLOYER_PORT', port: 8081 },
  { name: 'router', variable: 'HEALTH_PORT', setting: 'ROUTER_PORT', port: 8082 },
  { name: 'model-worker', variable: 'HEALTH_PORT', setting: 'MODEL_WORKER_PORT', port: 8083 },
  { name: 'recorder', variable: 'HEALTH_PORT', setting: 'RECORDER_PORT', port: 8084 },
  { name: 'feedback', variable: 'HEALTH_PORT', setting: 'FEEDBACK_PORT', port: 8085 },
];

/** The built program of a service, from the repository's folder. */
export const programOf = (service) => `dist/apps/${service.name}/src/main.js`;

/** The built demo, from the repository's folder. */
export const demoProgram = 'dist/examples/digits/demo.js';
