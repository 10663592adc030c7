// upnp_errand.cc: libminiupnpc, locked up. Of what a router says nothing goes out but numbers, its counter and its
// address.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp_errand.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <vector>

#include "daemon/line/interfaces.h"
#include "daemon/net/upnp_search.h"
#include "daemon/net/upnp_words.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

using Is = UpnpAnswer::Is;

constexpr int kWrongWords = 2;
// What a router says that will not (UPnP WANIPConnection 2.4.16).
constexpr int kNoSuchEntry = 714;
constexpr int kConflict = 718;
constexpr int kOtherConflict = 729;

// ---- before a stranger is heard ----

void limit(__rlimit_resource what, rlim_t most) {
  const rlimit both{most, most};
  (void)::setrlimit(what, &both);
}

// What a router is spoken to with is there already or is a socket of IPv4; nothing else is begun, opened, changed or
// ended from here on, whatever a stranger makes of us: neither the daemon's own socket nor any file of this user's.
// What is refused is refused with an error, and the library gives up.
void begin_nothing_else() {
#ifdef __x86_64__
  constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
  constexpr std::uint32_t kMachine = 0;  // one whose calls nobody has looked at
#endif
  if (kMachine == 0) return;
  constexpr std::uint32_t kNoOtherTable = 0x40000000;  // of x32
  constexpr std::uint32_t kRefused = SECCOMP_RET_ERRNO | EPERM;
  const auto word_at = [](std::size_t place) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(place));
  };
  const auto where = [](std::uint32_t is, std::uint8_t then, std::uint8_t otherwise) {
    return sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, is, then, otherwise);
  };
  const auto say = [](std::uint32_t what) { return sock_filter BPF_STMT(BPF_RET | BPF_K, what); };
  std::vector<sock_filter> rules{word_at(offsetof(seccomp_data, arch)),
                                 where(kMachine, 1, 0),
                                 say(SECCOMP_RET_KILL_PROCESS),
                                 word_at(offsetof(seccomp_data, nr)),
                                 sock_filter BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kNoOtherTable, 0, 1),
                                 say(kRefused)};
  for (const long call : {
#ifdef __x86_64__
           SYS_open,
           SYS_creat,
           SYS_fork,
           SYS_vfork,
           SYS_rename,
           SYS_unlink,
           SYS_rmdir,
           SYS_mkdir,
           SYS_link,
           SYS_symlink,
           SYS_chmod,
           SYS_chown,
           SYS_lchown,
           SYS_mknod,
           SYS_utime,
           SYS_utimes,
           SYS_futimesat,
#endif
           SYS_openat,
           SYS_openat2,
           SYS_open_by_handle_at,
           SYS_truncate,
           SYS_renameat,
           SYS_renameat2,
           SYS_unlinkat,
           SYS_mkdirat,
           SYS_linkat,
           SYS_symlinkat,
           SYS_mknodat,
           SYS_fchmodat,
           SYS_fchownat,
           SYS_utimensat,
           SYS_setxattr,
           SYS_lsetxattr,
           SYS_removexattr,
           SYS_lremovexattr,
           SYS_mount,
           SYS_execve,
           SYS_execveat,
           SYS_clone,
           SYS_clone3,
           SYS_kill,
           SYS_tkill,
           SYS_tgkill,
           SYS_rt_sigqueueinfo,
           SYS_pidfd_open,
           SYS_pidfd_send_signal,
           SYS_ptrace,
           SYS_process_vm_readv,
           SYS_process_vm_writev,
           SYS_socketpair,
           SYS_io_uring_setup,
           SYS_bpf,
           SYS_userfaultfd,
           SYS_perf_event_open,
           SYS_keyctl,
           SYS_add_key,
           SYS_request_key,
           SYS_unshare,
           SYS_setns}) {
    rules.push_back(where(static_cast<std::uint32_t>(call), 0, 1));
    rules.push_back(say(kRefused));
  }
  rules.insert(rules.end(), {where(SYS_socket, 1, 0), say(SECCOMP_RET_ALLOW), word_at(offsetof(seccomp_data, args[0])),
                             where(AF_INET, 0, 1), say(SECCOMP_RET_ALLOW), say(kRefused)});
  const sock_fprog filter{static_cast<unsigned short>(rules.size()), rules.data()};
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
  (void)::prctl(PR_SET_SECCOMP, static_cast<unsigned long>(SECCOMP_MODE_FILTER), &filter, 0UL, 0UL);
}

// And what a later kernel lets in by other calls. Where it has no Landlock, the rest must do.
void see_no_files() {
  landlock_ruleset_attr all{};
  all.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // those of the first version
  const auto rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0));
  if (rules < 0) return;
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
  (void)::syscall(SYS_landlock_restrict_self, rules, 0);
  ::close(rules);
}

// By how much, not to how much: a build with a sanitizer begins with terabytes of address space.
void grow_no_further() {
  constexpr rlim_t kMemory = 32 << 20, kSpace = 64 << 20;
  rlim_t space = 0, resident = 0, shared = 0, text = 0, libraries = 0, data = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> space >> resident >> shared >> text >> libraries >> data;
  const auto page = static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
  if (statm) limit(RLIMIT_AS, space * page + kSpace), limit(RLIMIT_DATA, data * page + kMemory);
}

void lock_up() {
  constexpr rlim_t kProcessorSeconds = 5, kFiles = 16;
  constexpr unsigned kEndsItself = 30;  // seconds, should nobody be left to end it
  (void)::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(SIGKILL), 0UL, 0UL, 0UL);
  ::alarm(kEndsItself);
  grow_no_further();
  limit(RLIMIT_CPU, kProcessorSeconds);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NPROC, 0);
  limit(RLIMIT_NOFILE, kFiles);
  see_no_files();
  begin_nothing_else();
}

// ---- the router ----

std::optional<UpnpCounter> counter_of(const std::string& description, const std::string& router) {
  UPNPUrls urls{};
  IGDdatas data{};
  std::array<char, 64> here{};
  if (UPNP_GetIGDFromUrl(description.c_str(), &urls, &data, here.data(), here.size()) == 0) return std::nullopt;
  if (urls.controlURL == nullptr) return std::nullopt;
  return counter_at(router, urls.controlURL, data.first.servicetype);
}

std::optional<UpnpCounter> search(const Route& route) {
  std::optional<UpnpCounter> counter;
  search_upnp(route, [&](const std::string& description) {
    counter = counter_of(description, route.router);
    return counter.has_value();
  });
  return counter;
}

// 0: done; else the router's number, or the library's negative one.
int add(const UpnpCounter& counter, const UpnpWish& wish, std::uint16_t outside_port) {
  const std::string outside = std::to_string(outside_port), inside = std::to_string(wish.port);
  return UPNP_AddPortMapping(counter.url.c_str(), counter.service.c_str(), outside.c_str(), inside.c_str(),
                             ip_text(wish.route.here).c_str(), inside.c_str(), "TCP", nullptr,
                             std::to_string(wish.seconds).c_str());
}

// A router that knows only mappings without an end (725) gets none: a kill would leave the port open for good.
UpnpAnswer map(const UpnpCounter& counter, const UpnpWish& wish) {
  std::array<char, 64> said{};
  const int asked = UPNP_GetExternalIPAddress(counter.url.c_str(), counter.service.c_str(), said.data());
  if (asked != 0) return {asked < 0 ? Is::kNobody : Is::kRefused};
  said.back() = 0;
  const auto outside = ip_bytes(said.data());
  if (!outside || !is_public(*outside)) return {Is::kNotOutside};
  std::uint16_t port = wish.outside_port;
  for (std::uint16_t tried = 0; tried < wish.ports; ++tried, port = port_above(port)) {
    const int result = add(counter, wish, port);
    if (result == 0) return {Is::kMapped, port, *outside, wish.seconds};
    if (result < 0) return {Is::kNobody};
    if (result != kConflict && result != kOtherConflict) return {Is::kRefused};  // … where another machine has it
  }
  return {Is::kRefused};
}

// A router that began anew may have given the port to another machine. One that does not tell whose it is may lose what
// it has granted us by name, and nothing that was only wished for.
bool is_ours(const UpnpCounter& counter, const UpnpWish& wish, std::uint16_t port) {
  std::array<char, 64> client{}, inside{};
  std::array<char, 256> description{}, enabled{}, lease{};
  const int asked = UPNP_GetSpecificPortMappingEntry(counter.url.c_str(), counter.service.c_str(),
                                                     std::to_string(port).c_str(), "TCP", nullptr, client.data(),
                                                     inside.data(), description.data(), enabled.data(), lease.data());
  if (asked != 0) return asked > 0 && asked != kNoSuchEntry && wish.ports == 1;
  return ip_text(wish.route.here) == client.data() && std::to_string(wish.port) == inside.data();
}

UpnpAnswer take_away(const UpnpCounter& counter, const UpnpWish& wish) {
  std::uint16_t port = wish.outside_port;
  for (std::uint16_t tried = 0; tried < wish.ports; ++tried, port = port_above(port)) {
    if (!is_ours(counter, wish, port)) continue;
    UPNP_DeletePortMapping(counter.url.c_str(), counter.service.c_str(), std::to_string(port).c_str(), "TCP", nullptr);
  }
  return {Is::kGone};
}

// ---- the report ----

void say(const std::string& line) { (void)!::write(STDOUT_FILENO, line.data(), line.size()); }

// A counter that was there half an hour ago is asked first; a search costs seconds.
UpnpAnswer carry_out(const UpnpErrand& errand) {
  const UpnpWish& wish = errand.wish;
  if (wish.seconds == 0) return errand.counter ? take_away(*errand.counter, wish) : UpnpAnswer{Is::kGone};
  if (errand.counter) {
    const UpnpAnswer answer = map(*errand.counter, wish);
    if (answer.is == Is::kMapped) return answer;
  }
  const auto found = search(wish.route);
  if (!found) return {Is::kNobody};
  say(line_of(*found));
  return map(*found, wish);
}

}  // namespace

int run_upnp_errand(int count, const char* const* words) {
  lock_up();
  const auto errand = read_errand({words, static_cast<std::size_t>(count)});
  if (!errand) return kWrongWords;
  say(line_of(carry_out(*errand)));
  ::_exit(0);  // nothing is left to be tidied up
}

}  // namespace duolog::net
