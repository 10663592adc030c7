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

void open_notes(const std::filesystem::path& file, const std::string& level) {
  try {
    auto to_file = std::make_shared<spdlog::sinks::rotating_file_sink_st>(file.string(), kNotesLimit, kNotesKept);
    auto to_terminal = std::make_shared<spdlog::sinks::stderr_sink_st>();
    to_file->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    to_terminal->set_pattern("duologd: %v");
    to_terminal->set_level(spdlog::level::warn);
    auto logger = std::make_shared<spdlog::logger>("notes", spdlog::sinks_init_list{to_file, to_terminal});
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error(error.what());
  }
}

}  // namespace duolog
