// duolog-exchange: import and export. They read and write other programs' formats with libraries that no other verb
// needs and that take longer to load than all the rest; so they are a program of their own, and duolog becomes it for
// them. The command line, the conversation with the daemon and the reporting are the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/verb_export.h"
#include "client/frame.h"
#include "client/import/verb_import.h"
#include "client/words.h"

namespace duolog::client {
namespace {

Exit dispatch(Context& context, const Invocation& call) {
  if (call.verb == Verb::kImport) return import(context, call.import);
  if (call.verb == Verb::kExport) return export_journal(context, call.exporting);
  throw wrong_usage("this program imports and exports, and does nothing else", "duolog --help lists all there is");
}

}  // namespace
}  // namespace duolog::client

int main(int argc, char** argv) { return duolog::client::run_program(argc, argv, duolog::client::dispatch); }
