// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <csignal>

namespace duolog::home {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

class Beginning {
 public:
  Beginning(int input, int output) {
    ::posix_spawn_file_actions_init(&files_);
    give(input, STDIN_FILENO, O_RDONLY);
    give(output, STDOUT_FILENO, O_WRONLY);
    give(-1, STDERR_FILENO, O_WRONLY);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    constexpr int kFlags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&attributes_, kFlags);
  }
  ~Beginning() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;

  int spawn(pid_t& pid, const std::string& file, Program& program) {
    return ::posix_spawnp(&pid, file.c_str(), &files_, &attributes_, pointers_to(program.words).data(),
                          pointers_to(program.environment).data());
  }

 private:
  void give(int descriptor, int as, int how) {
    if (descriptor >= 0) {
      ::posix_spawn_file_actions_adddup2(&files_, descriptor, as);
    } else {
      ::posix_spawn_file_actions_addopen(&files_, as, "/dev/null", how, 0);
    }
  }

  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

int start(const std::string& file, Program program, pid_t& pid) {
  return Beginning(program.input, program.output).spawn(pid, file, program);
}

}  // namespace duolog::home
