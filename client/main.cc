// duolog: what people touch. It speaks to duologd over a local socket, prints, and holds no key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/frame.h"
#include "client/help_page.h"
#include "client/sibling.h"
#include "client/verbs.h"

namespace duolog::client {
namespace {

Exit dispatch(Context& context, const Invocation& call, char* const* argv) {
  switch (call.verb) {
    case Verb::kHelp:
      context.out.print(context.out.terminal() ? help_page(call.text, context.out.width()) : call.text);
      return Exit::kDone;
    case Verb::kToday:
      return today(context, call.today);
    case Verb::kInit:
      return init(context, call.init);
    case Verb::kWords:
      return words(context);
    case Verb::kPair:
      return pair(context, call.pair);
    case Verb::kDevice:
      return device(context, call.device);
    case Verb::kRecover:
      return recover(context, call.recover);
    case Verb::kWrite:
      return write(context, call.write);
    case Verb::kList:
      return list(context, call.list);
    case Verb::kShow:
      return show(context, call.show);
    case Verb::kLetters:
      return letters(context);
    case Verb::kSearch:
      return search(context, call.search);
    case Verb::kOnThisDay:
      return on_this_day(context, call.on_this_day);
    case Verb::kStats:
      return stats(context, call.stats);
    case Verb::kReply:
      return reply(context, call.reply);
    case Verb::kReact:
      return react(context, call.react);
    case Verb::kShare:
      return share(context, call.share);
    case Verb::kEdit:
      return edit(context, call.edit);
    case Verb::kHistory:
      return history(context, call.history);
    case Verb::kDelete:
      return take_back(context, call.erase);
    case Verb::kDo:
      return do_practice(context, call.doing);
    case Verb::kAnswers:
      return answers(context, call.answers);
    case Verb::kPractices:
      return practices(context, call.practices);
    case Verb::kTrends:
      return trends(context, call.trends);
    case Verb::kGuide:
      return guide(context, call.guide);
    case Verb::kPause:
      return pause(context, call.pause);
    case Verb::kResume:
      return resume(context);
    case Verb::kPart:
      return part(context, call.part);
    case Verb::kStatus:
      return status(context);
    case Verb::kWatch:
      return watch(context, call.watch);
    case Verb::kSync:
      return sync(context, call.sync);
    case Verb::kLock:
      return lock(context);
    case Verb::kUnlock:
      return unlock(context);
    case Verb::kPassphrase:
      return passphrase(context, call.passphrase);
    case Verb::kConfig:
      return config(context, call.config);
    case Verb::kDoctor:
      return call.doctor.repair ? repair(context, call.doctor) : doctor(context);
    case Verb::kBackup:
      return backup(context, call.backup);
    case Verb::kRestore:
      return restore(context, call.restore);
    case Verb::kBundle:
      return bundle(context, call.bundle);
    case Verb::kMailbox:
      return mailbox(context, call.mailbox);
    case Verb::kAttachment:
      return attachment(context, call.attachment);
    case Verb::kDaemon:
      return daemon(context, call.daemon);
    case Verb::kImport:
    case Verb::kExport:
      go_on_as(kExchange, argv);
  }
  return Exit::kUsage;
}

}  // namespace
}  // namespace duolog::client

int main(int argc, char** argv) {
  using namespace duolog::client;
  return run_program(argc, argv,
                     [argv](Context& context, const Invocation& call) { return dispatch(context, call, argv); });
}
