// upnp_test.cc: real errands, sent to a router that grants, refuses, lies, drips and floods; and errands that are none.
// Whatever is said to them, they end in time, in bounds, and leave nothing behind.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <fstream>

#include "daemon/line/interfaces.h"
#include "daemon/net/upnp_search.h"
#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/net/fake_router.h"

namespace duolog::net {
namespace {

using Is = UpnpAnswer::Is;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeRouter;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr std::uint16_t kPort = 38650;

class AnErrand : public ::testing::Test {
 protected:
  ~AnErrand() override {
    upnp_.reset();
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a process was left behind";
  }
  UpnpWish wish(std::uint32_t seconds = 3'600, std::uint16_t ports = kUpnpPorts) const {
    return {{router_.host(), *ip_bytes("127.0.0.1"), {}}, kPort, kPort, seconds, ports, 1};
  }
  void program(const std::string& path, std::chrono::milliseconds patience = kUpnpTime) {
    upnp_ = std::make_unique<Upnp>(io_, path, patience);
  }
  void script(const std::string& text, std::chrono::milliseconds patience = kUpnpTime) {
    const auto file = folder_.path() / "errand";
    std::ofstream(file) << "#!/bin/sh\n" << text << "\n";
    ::chmod(file.c_str(), 0700);
    program(file, patience);
  }
  void begin(const UpnpWish& asked) {
    upnp_->carry_out(asked, [this](const UpnpWish&, const UpnpAnswer& answer) { answers_.push_back(answer); });
  }
  UpnpAnswer answered(std::size_t number = 1) {
    const auto began = std::chrono::steady_clock::now();
    asio::steady_timer limit(io_, 40s);
    limit.async_wait([](auto) {});
    while (answers_.size() < number && limit.expiry() > std::chrono::steady_clock::now()) io_.run_one_for(100ms);
    took_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    if (answers_.size() < number) ADD_FAILURE() << "nobody answers";
    return answers_.size() < number ? UpnpAnswer{} : answers_[number - 1];
  }
  UpnpAnswer carry_out(const UpnpWish& asked) {
    answers_.clear();
    begin(asked);
    return answered();
  }
  void expect_in_bounds(Is expected = Is::kNobody) {
    EXPECT_EQ(carry_out(wish()).is, expected);
    EXPECT_LT(took_, kUpnpTime + 2s);
    rusage used{}, own{};  // until a child executes something, it counts as large as we are
    ::getrusage(RUSAGE_CHILDREN, &used);
    ::getrusage(RUSAGE_SELF, &own);
    constexpr long kMost = 256 << 10;  // KiB: with a sanitizer; without, it is a tenth of this
    EXPECT_LE(used.ru_maxrss, std::max(kMost, own.ru_maxrss));
    EXPECT_LT(used.ru_utime.tv_sec, 8);
  }
  void expect_endless(const std::string& begin, const std::string& piece) {
    router_.wants(
        [&](auto& will) { will.http = [=](int fd, const std::string&) { FakeRouter::drone(fd, begin, piece); }; });
    expect_in_bounds();
  }

  duolog::testing::TemporaryFolder folder_;
  FakeRouter router_;
  asio::io_context io_;
  std::unique_ptr<Upnp> upnp_ = std::make_unique<Upnp>(io_);
  std::vector<UpnpAnswer> answers_;
  std::chrono::milliseconds took_{};
};

// ---- what it is for ----

TEST_F(AnErrand, IsGrantedAPort) {
  EXPECT_EQ(carry_out(wish()), (UpnpAnswer{Is::kMapped, kPort, *ip_bytes("8.8.4.1"), 3'600}));
  EXPECT_THAT(router_.asked(), ElementsAre("GET", "GetExternalIPAddress", "AddPortMapping"));
  const std::string order = router_.last("AddPortMapping");
  EXPECT_THAT(order, HasSubstr("<NewInternalClient>127.0.0.1</NewInternalClient>"));
  EXPECT_THAT(order, HasSubstr("<NewLeaseDuration>3600</NewLeaseDuration>"));
  EXPECT_THAT(order, Not(HasSubstr("uolog")));
}

TEST_F(AnErrand, ToAKnownCounterSearchesForNobody) {
  carry_out(wish());
  const int searches = router_.searches();
  EXPECT_EQ(carry_out(wish()).is, Is::kMapped);
  EXPECT_EQ(router_.searches(), searches);
}

TEST_F(AnErrand, ThatFindsThePortTakenTriesTheFourAbove) {
  router_.wants([&](auto& will) { will.orders["AddPortMapping"] = FakeRouter::fault(718); });
  EXPECT_EQ(carry_out(wish()).is, Is::kRefused);
  EXPECT_EQ(std::ranges::count(router_.asked(), "AddPortMapping"), kUpnpPorts);
  EXPECT_THAT(router_.last("AddPortMapping"), HasSubstr("<NewExternalPort>38653</NewExternalPort>"));
}

// A kill would leave the port open for good.
TEST_F(AnErrand, TakesNoMappingWithoutAnEnd) {
  router_.wants([&](auto& will) { will.orders["AddPortMapping"] = FakeRouter::fault(725); });
  EXPECT_EQ(carry_out(wish()).is, Is::kRefused);
  EXPECT_EQ(std::ranges::count(router_.asked(), "AddPortMapping"), 1);
}

TEST_F(AnErrand, AsksNoPortOfARouterThatIsNotOutside) {
  router_.wants([&](auto& will) {
    will.orders["GetExternalIPAddress"] = "<r><NewExternalIPAddress>10.0.0.2</NewExternalIPAddress></r>";
  });
  EXPECT_EQ(carry_out(wish()).is, Is::kNotOutside);
  EXPECT_THAT(router_.asked(), Not(Contains("AddPortMapping")));
}

TEST_F(AnErrand, TakesAwayWhatIsOurs) {
  carry_out(wish());
  router_.wants(
      [&](auto& will) { will.orders["GetSpecificPortMappingEntry"] = FakeRouter::entry("127.0.0.1", "38650"); });
  EXPECT_EQ(carry_out(wish(0, 1)).is, Is::kGone);
  EXPECT_THAT(router_.last("DeletePortMapping"), HasSubstr("<NewExternalPort>38650</NewExternalPort>"));
  EXPECT_LT(took_, 2s);
}

TEST_F(AnErrand, TakesAwayNothingOfAnothers) {
  carry_out(wish());
  for (const auto& [client, port] : {std::pair{"192.168.7.66", "38650"}, std::pair{"127.0.0.1", "22"}}) {
    router_.wants([&](auto& will) { will.orders["GetSpecificPortMappingEntry"] = FakeRouter::entry(client, port); });
    EXPECT_EQ(carry_out(wish(0)).is, Is::kGone);
  }
  EXPECT_THAT(router_.asked(), Not(Contains("DeletePortMapping")));
}

TEST_F(AnErrand, ThatTakesAwayWhereNothingWasMappedIsNotSentAtAll) {
  EXPECT_EQ(carry_out(wish(0)).is, Is::kGone);
  EXPECT_TRUE(router_.asked().empty());
}

TEST_F(AnErrand, ThatIsGivenUpWhileARouterGrantsIsUndone) {
  const auto slowly = [this](int fd, const std::string& request) {
    if (request.find("#AddPortMapping") != std::string::npos) return FakeRouter::drone(fd, "", " ", 50ms);
    for (const auto& [action, body] : router_.will().orders)
      if (request.find("#" + action) != std::string::npos || (action == "GET" && request.starts_with("GET")))
        return FakeRouter::say(fd, body);
  };
  router_.wants([&](auto& will) {
    will.http = slowly;
    will.orders["GetSpecificPortMappingEntry"] = FakeRouter::entry("127.0.0.1", "38650");
  });
  begin(wish());
  for (int i = 0; i < 100 && router_.last("AddPortMapping").empty(); ++i) io_.run_for(50ms);
  ASSERT_TRUE(answers_.empty());
  begin(wish(0));
  EXPECT_EQ(answered(1).is, Is::kNobody);
  EXPECT_EQ(answered(2).is, Is::kGone);
  EXPECT_EQ(std::ranges::count(router_.asked(), "DeletePortMapping"), kUpnpPorts);
}

// ---- a router that lies, drips and floods ----

TEST_F(AnErrand, IsSentElsewhereInVain) {
  FakeRouter other;
  router_.wants([&](auto& will) { will.location = other.url(); });
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
  router_.wants([&](auto& will) { will.location = router_.url(); });
  router_.wants([&](auto& will) { will.orders["GET"] = FakeRouter::description(other.url("/ctl")); });
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
  EXPECT_TRUE(other.asked().empty());
}

TEST_F(AnErrand, IsFloodedWithAnswersInVain) {
  router_.wants([&](auto& will) { will.location = router_.url() + "/" + std::string(1'300, 'x'); });
  router_.wants([&](auto& will) { will.search_answers = 1'000; });
  router_.wants([&](auto& will) { will.orders["GET"] = ""; });
  expect_in_bounds();
}

TEST_F(AnErrand, ReadsNoEndlessDescription) { expect_endless("HTTP/1.1 200 OK\r\n\r\n", std::string(1 << 16, 'x')); }
TEST_F(AnErrand, ReadsNoEndlessHeader) { expect_endless("HTTP/1.1 200 OK\r\n", std::string(1 << 16, 'h')); }
TEST_F(AnErrand, ReadsNoEndlessHeaders) { expect_endless("HTTP/1.1 200 OK\r\n", "X-Header: of no use\r\n"); }
TEST_F(AnErrand, ReadsNoEndlessXml) { expect_endless("HTTP/1.1 200 OK\r\n\r\n<root>", "<device><deviceType>x"); }
TEST_F(AnErrand, BelievesNoLength) {
  for (const char* length : {"2147483647", "4294967295", "18446744073709551615", "-1", "99999999999999999999999"})
    expect_endless("HTTP/1.1 200 OK\r\nContent-Length: " + std::string(length) + "\r\n\r\n", std::string(1 << 16, 'x'));
}
TEST_F(AnErrand, BelievesNoChunk) {
  for (const char* length : {"7fffffff", "ffffffff", "ffffffffffffffff", "-1", "zz"})
    expect_endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(length) + "\r\n",
                   std::string(1 << 16, 'x'));
}

TEST_F(AnErrand, IsEndedWhereARouterDrips) {
  router_.wants([](auto& will) {
    will.http = [](int fd, const std::string&) { FakeRouter::drone(fd, "HTTP/1.1 200 OK\r\n", "x", 200ms); };
  });
  program("/proc/self/exe", 2s);
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
  EXPECT_GE(took_, 1'900ms);
  EXPECT_LT(took_, 4s);
}

// Each field of each answer, one at a time.
TEST_F(AnErrand, BelievesNoFieldThatIsAbsurd) {
  const std::vector<std::string> absurd{
      "",    "999.999.999.999", "-1", std::string(100'000, 'A'), "8.8.4.1\n8.8.4.2", std::string("8.8\0.4.1", 8),
      "::1", "%s%s%n"};
  for (const std::string& text : absurd) {
    router_.wants([&](auto& will) {
      will.orders["GetExternalIPAddress"] = "<r><NewExternalIPAddress>" + text + "</NewExternalIPAddress></r>";
    });
    expect_in_bounds(Is::kNotOutside);
  }
}

TEST_F(AnErrand, BelievesNoCounterThatIsAbsurd) {
  for (const std::string& control : {std::string(), std::string("http://"), std::string(4'000, 'c'), std::string("//x"),
                                     std::string("/a b"), std::string("\x1b]0;x\x07")}) {
    router_.wants([&](auto& will) { will.orders["GET"] = FakeRouter::description(control); });
    carry_out(wish());
    EXPECT_LT(took_, kUpnpTime + 2s) << control.size();
  }
}

TEST_F(AnErrand, TakesAwayNothingWhereTheEntryIsAbsurd) {
  carry_out(wish());
  router_.wants([&](auto& will) {
    will.orders["GetSpecificPortMappingEntry"] = FakeRouter::entry(std::string(50'000, '1'), std::string(50'000, '3'));
  });
  EXPECT_EQ(carry_out(wish(0)).is, Is::kGone);
  EXPECT_THAT(router_.asked(), Not(Contains("DeletePortMapping")));
}

// ---- what it has ----

std::string of_process(pid_t pid, const char* what) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + what);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(AnErrand, HoldsNothingOfOursAndMayGrowNoFurther) {
  router_.wants(
      [](auto& will) { will.http = [](int fd, const std::string&) { FakeRouter::drone(fd, "", "x", 100ms); }; });
  const Descriptor ours(::open("/proc/self/stat", O_RDONLY));  // not closed on exec: this is up to the errand
  begin(wish());
  router_.await("GET");
  const std::string children = of_process(::getpid(), ("task/" + std::to_string(::getpid()) + "/children").c_str());
  const pid_t pid = std::stoi(children);
  EXPECT_TRUE(of_process(pid, "environ").empty());
  std::set<std::string> held;
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
    held.insert(std::filesystem::read_symlink(each.path()).string().substr(0, 5));
  held.erase("anon_");  // its clock
  EXPECT_THAT(held, ElementsAre("/dev/", "pipe:", "socke")) << "beside its search and its call";
  EXPECT_EQ(of_process(pid, "status").find("SigBlk:\t0000000000000000") == std::string::npos, false);
  EXPECT_THAT(of_process(pid, "status"), HasSubstr("Seccomp:\t2")) << "it may begin nothing";
  const std::string limits = of_process(pid, "limits");
  EXPECT_THAT(limits, HasSubstr("Max cpu time              5                    5 "));
  EXPECT_THAT(limits, HasSubstr("Max file size             0                    0 "));
  EXPECT_THAT(limits, HasSubstr("Max open files            16                   16 "));
  for (const char* bounded : {"Max data size", "Max address space"})
    EXPECT_THAT(limits,
                Not(HasSubstr(std::string(bounded) + std::string(26 - std::strlen(bounded), ' ') + "unlimited")));
}

// ---- errands that are none ----

TEST_F(AnErrand, ThatIsNotThereIsNobody) {
  program(folder_.path() / "not there");
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
}

TEST_F(AnErrand, ThatDiesIsNobody) {
  script("kill -9 $$");
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
}

TEST_F(AnErrand, ThatHangsIsEndedInTime) {
  script("trap '' TERM INT HUP; exec sleep 1000", 500ms);
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
  EXPECT_LT(took_, 3s);
}

TEST_F(AnErrand, ThatSaysTooMuchIsEndedAtOnce) {
  script("while :; do echo mapped 38650 8.8.4.1 3600 and more of the kind; done");
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
  EXPECT_LT(took_, 5s);
}

TEST_F(AnErrand, ThatLiesIsNotBelieved) {
  script("echo mapped 22 8.8.4.1 3600");
  EXPECT_EQ(carry_out(wish()).is, Is::kNobody);
}

TEST_F(AnErrand, ThatClosesItsReportAndLivesOnIsEnded) {
  script("echo refused; exec >&-; exec sleep 1000");
  EXPECT_EQ(carry_out(wish()).is, Is::kRefused);
  EXPECT_LT(took_, 5s);
}

TEST_F(AnErrand, IsEndedWithItsMaster) {
  script("exec sleep 1000");
  begin(wish());
  io_.run_for(50ms);
  upnp_->close();
  io_.run_for(50ms);
  EXPECT_TRUE(answers_.empty());
}

// ---- the search ----

TEST(ALocation, IsReadOutOfAnyAnswer) {
  EXPECT_EQ(read_location("HTTP/1.1 200 OK\r\nLOCATION: http://x/\r\n\r\n"), "http://x/");
  EXPECT_EQ(read_location("HTTP/1.1 200 OK\r\nlocation:\t http://x/ \t\r\n"), "http://x/");
  EXPECT_EQ(read_location("Location:http://x/"), "http://x/");
  for (const char* none :
       {"", "\r\n\r\n", "LOCATION:", "LOCATION: \t\r\n", "X-LOCATION: http://x/", "LOCATION http://x/"})
    EXPECT_EQ(read_location(none), "") << none;
}

}  // namespace
}  // namespace duolog::net
