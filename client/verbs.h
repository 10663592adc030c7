// verbs.h: what each word of the command line does. One function a verb; they speak to the daemon, print, and throw
// Failure where it cannot be done. verb_*.cc holds them by what they are about. import and export are another
// program's: client/exchange/.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/command_line.h"
#include "client/daemon.h"
#include "client/failure.h"
#include "client/output.h"

namespace duolog::control {
class Page;
}

namespace duolog::client {

struct Context {
  const Globals& globals;
  Output& out;
  Daemon& daemon;
};

// verb_set_up.cc
Exit init(Context& context, const InitOptions& options);
Exit words(Context& context);
// verb_lock.cc
Exit lock(Context& context);
Exit unlock(Context& context);
Exit passphrase(Context& context, const PassphraseOptions& options);
// verb_pair.cc
Exit pair(Context& context, const PairOptions& options);
// verb_device.cc
Exit device(Context& context, const DeviceOptions& options);
// verb_recover.cc, verb_give_back.cc: of one who has lost all devices, and of the other
Exit recover(Context& context, const RecoverOptions& options);
Exit recover_from(Context& context, const RecoverOptions& options);  // verb_recover_from.cc
Exit give_back(Context& context, const PairOptions& options);
// verb_write.cc
Exit write(Context& context, const WriteOptions& options);
// verb_read.cc
Exit list(Context& context, const ListOptions& options);
Exit show(Context& context, const ShowOptions& options);
Exit letters(Context& context);
void check_id(const std::string& id);  // throws Failure (usage) unless it may be one
void check_person(Context& context,
                  const std::string& wanted);  // throws Failure (not found) where nobody has this name
// "12 more: duolog list --before 3fa9c2d1 …": the command that goes on. `words`: what stands at its end.
std::string more_text(const Context& context, const control::Page& page, const std::string& verb,
                      const ListOptions& options, const std::string& words);
// verb_search.cc
Exit search(Context& context, const SearchOptions& options);
// verb_back.cc
Exit on_this_day(Context& context, const OnThisDayOptions& options);
Exit stats(Context& context, const StatsOptions& options);
// verb_today.cc
Exit today(Context& context, const TodayOptions& options);
// verb_reply.cc
Exit reply(Context& context, const ReplyOptions& options);
Exit react(Context& context, const ReactOptions& options);
Exit share(Context& context, const ShareOptions& options);
// verb_change.cc
Exit edit(Context& context, const EditOptions& options);
Exit history(Context& context, const HistoryOptions& options);
// verb_delete.cc
Exit take_back(Context& context, const DeleteOptions& options);
// verb_do.cc
Exit do_practice(Context& context, const DoOptions& options);
// verb_practices.cc
Exit practices(Context& context, const PracticesOptions& options);
// verb_trends.cc
Exit trends(Context& context, const TrendsOptions& options);
// verb_guide.cc
Exit guide(Context& context, const GuideOptions& options);
// verb_agree.cc
Exit config(Context& context, const ConfigOptions& options);
Exit pause(Context& context, const PauseOptions& options);
Exit resume(Context& context);
// verb_part.cc
Exit part(Context& context, const PartOptions& options);
// verb_answers.cc
Exit answers(Context& context, const AnswersOptions& options);
// verb_state.cc
Exit status(Context& context);
Exit doctor(Context& context);
// verb_backup.cc, verb_restore.cc, verb_repair.cc
Exit backup(Context& context, const BackupOptions& options);
Exit restore(Context& context, const RestoreOptions& options);
Exit repair(Context& context, const DoctorOptions& options);
// verb_bundle.cc, verb_bundle_import.cc
Exit import_bundles(Context& context, const BundleOptions& options);
Exit bundle(Context& context, const BundleOptions& options);
// verb_mailbox.cc
Exit mailbox(Context& context, const MailboxOptions& options);
// verb_sync.cc
Exit sync(Context& context, const SyncOptions& options);
Exit watch(Context& context, const WatchOptions& options);
// verb_attachment.cc
Exit attachment(Context& context, const AttachmentOptions& options);
// verb_daemon.cc
Exit daemon(Context& context, const DaemonOptions& options);

}  // namespace duolog::client
