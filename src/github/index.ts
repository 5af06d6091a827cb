/** What the action asks GitHub and tells it beyond its own job: deployments, comments, artifacts, pull requests. */
export { artifactsOfRun, downloadFile, type Artifact } from './artifacts.ts'
export { artifactsOfCommit, findBaselines, type FoundBaseline } from './baseline.ts'
export { Github, lacksPermission } from './client.ts'
export { BranchFile } from './branch-file.ts'
export { LONGEST_BODY, upsertComment, type NewComment } from './comments.ts'
export { openDeployment, type DeploymentOptions, type GithubDeployment } from './deployments.ts'
export { failedJobs, newestRelease, repositoryState } from './repository.ts'
export {
  changeIssue,
  explainIssues,
  findIssue,
  LONGEST_ISSUE,
  noteOnIssue,
  openIssue,
  type OwnIssue
} from './issues.ts'
export { defaultBranch, findPullRequests, mergeBase, parentsOf, readFileAt, type PullRequest } from './pulls.ts'
