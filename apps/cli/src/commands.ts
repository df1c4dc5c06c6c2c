import { alerts } from './commands/alerts.js';
import { backup } from './commands/backup.js';
import { clockAdvance, clockFix, clockLift, clockShow } from './commands/clock.js';
import { copyCommand } from './commands/copy.js';
import { customer } from './commands/customer.js';
import { demo } from './commands/demo.js';
import { diff } from './commands/diff.js';
import { exportCommand } from './commands/export.js';
import { importCommand } from './commands/import.js';
import { mirrorCommand } from './commands/mirror.js';
import { mirrorStatusCommand } from './commands/mirror-status.js';
import { policyPublish } from './commands/policy-publish.js';
import { policyShow } from './commands/policy-show.js';
import { projectionsDigest } from './commands/projections-digest.js';
import { projectionsNew } from './commands/projections-new.js';
import { projectionsRebuild } from './commands/projections-rebuild.js';
import { projectionsRetry } from './commands/projections-retry.js';
import { projectionsCancel, projectionsDrop, projectionsSwitchBack } from './commands/projections-turn.js';
import { projections } from './commands/projections.js';
import { read } from './commands/read.js';
import { replay } from './commands/replay.js';
import { restore } from './commands/restore.js';
import { send } from './commands/send.js';
import { serve } from './commands/serve.js';
import { snapshotsDrop, snapshotsKeep, snapshotsList } from './commands/snapshots.js';
import { streamShow } from './commands/stream-show.js';
import { tokenCreate } from './commands/token-create.js';
import { tokenList } from './commands/token-list.js';
import { tokenRevoke } from './commands/token-revoke.js';
import { why } from './commands/why.js';
import { whatIf } from './commands/what-if.js';
import type { AnyCommand } from './frame/define-command.js';

/** Every command by the words that name it. */
export const commands: ReadonlyMap<string, AnyCommand> = new Map<string, AnyCommand>([
  ['serve', serve],
  ['demo', demo],
  ['import', importCommand],
  ['send', send],
  ['customer', customer],
  ['read', read],
  ['alerts', alerts],
  ['diff', diff],
  ['replay', replay],
  ['export', exportCommand],
  ['why', why],
  ['snapshots', snapshotsList],
  ['snapshots list', snapshotsList],
  ['snapshots keep', snapshotsKeep],
  ['snapshots drop', snapshotsDrop],
  ['what-if', whatIf],
  ['stream show', streamShow],
  ['policy show', policyShow],
  ['policy publish', policyPublish],
  ['token create', tokenCreate],
  ['token list', tokenList],
  ['token revoke', tokenRevoke],
  ['projections', projections],
  ['projections list', projections],
  ['projections new', projectionsNew],
  ['projections rebuild', projectionsRebuild],
  ['projections cancel', projectionsCancel],
  ['projections switch-back', projectionsSwitchBack],
  ['projections drop', projectionsDrop],
  ['projections retry', projectionsRetry],
  ['projections digest', projectionsDigest],
  ['backup', backup],
  ['restore', restore],
  ['copy', copyCommand],
  ['mirror', mirrorCommand],
  ['mirror status', mirrorStatusCommand],
  ['clock show', clockShow],
  ['clock advance', clockAdvance],
  ['clock fix', clockFix],
  ['clock lift', clockLift],
]);
