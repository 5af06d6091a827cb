/** What the action asks GitHub and tells it beyond its own job: deployments, comments, artifacts, pull requests. */
export { artifactsOfRun, downloadFile, type Artifact } from './artifacts.ts'
export { artifactsOfCommit, findBaselines, type FoundBaseline } from './baseline.ts'
export { Github, lacksPermission, type GithubOptions } from './client.ts'
export { BranchFile, type BranchFileOptions } from './branch-file.ts'
export { LONGEST_BODY, upsertComment, type NewComment, type CommentOutcome } from './comments.ts'
export { openDeployment, type DeploymentOptions, type DeploymentState, type GithubDeployment } from './deployments.ts'
export { failedJobs, newestRelease, repositoryState, type NewestRelease, type RepositoryState } from './repository.ts'
export {
  changeIssue,
  explainIssues,
  findIssue,
  LONGEST_ISSUE,
  noteOnIssue,
  openIssue,
  type IssueText,
  type OwnIssue
} from './issues.ts'
export { defaultBranch, findPullRequests, mergeBase, parentsOf, readFileAt, type PullRequest } from './pulls.ts'
