// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notes.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace duolog {
namespace {

constexpr std::size_t kNotesLimit = 1 << 20;  // bytes of one file
constexpr std::size_t kNotesKept = 2;         // older files beside it

}  // namespace

void note_on_terminal() {
  auto to_terminal = std::make_shared<spdlog::sinks::stderr_sink_st>();
  to_terminal->set_pattern("duologd: %v");
  to_terminal->set_level(spdlog::level::warn);
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("notes", std::move(to_terminal)));
  spdlog::set_error_handler([](const std::string&) {});  // a note that a full disk refuses is not worth a word
}

void open_notes(const std::filesystem::path& file, const std::string& level) {
  const auto logger = spdlog::default_logger();
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  try {
    auto to_file = std::make_shared<spdlog::sinks::rotating_file_sink_st>(file.string(), kNotesLimit, kNotesKept);
    to_file->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger->sinks().push_back(std::move(to_file));
  } catch (const spdlog::spdlog_ex&) {
    spdlog::warn("{} cannot be written: going on without notes", file.string());
  }
}

}  // namespace duolog
