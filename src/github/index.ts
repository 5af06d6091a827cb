/** What the action tells GitHub beyond its own job: so far, deployments. */
export { openDeployment, type DeploymentOptions, type DeploymentState, type GithubDeployment } from './deployments.ts'
