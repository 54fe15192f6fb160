// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelTest {
  private static final String KERNELS = "io.rktj.linux.Kernels#all";

  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource(KERNELS)
  void readsWhatItHasWritten(Kernel kernel) throws Exception {
    byte[] content = new byte[300_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31);
    }
    String path = at("file");

    try (Fd file = kernel.open(path, Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL, 0640)) {
      kernel.writeFully(file.number(), content, 0, content.length);
    }

    assertThat(SmallFiles.read(kernel, path, content.length)).isEqualTo(content);
    FileStatus status = kernel.statAt(Fd.AT_FDCWD, Kernel.path(path));
    assertThat(status.isRegular()).isTrue();
    assertThat(status.size()).isEqualTo(content.length);
    assertThat(status.permissions()).isEqualTo(0640);
    assertThat(status.uid()).isEqualTo(kernel.euid());
    assertThat(status.inode()).isEqualTo(Files.getAttribute(Path.of(path), "unix:ino"));
    assertThat(status.device()).isEqualTo(Files.getAttribute(Path.of(path), "unix:dev"));
    long javaMillis = Files.getLastModifiedTime(Path.of(path)).toMillis();
    assertThat(status.mtimeSeconds() * 1000 + status.mtimeNanos() / 1_000_000)
        .isEqualTo(javaMillis);
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void knowsWhatASocketOfSomebodyElsesIsBoundTo(Kernel kernel) throws Exception {
    try (ServerSocket stream = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DatagramSocket datagrams = new DatagramSocket(0)) {
      assertThat(socketsAt(kernel, stream.getLocalPort()))
          .singleElement()
          .satisfies(
              socket -> {
                assertThat(socket.isInternet()).isTrue();
                assertThat(socket.type()).isEqualTo(BoundSocket.SOCK_STREAM);
                assertThat(socket.address()).isEqualTo("127.0.0.1");
              });
      assertThat(socketsAt(kernel, datagrams.getLocalPort()))
          .singleElement()
          .satisfies(
              socket -> {
                assertThat(socket.type()).isEqualTo(BoundSocket.SOCK_DGRAM);
                assertThat(socket.address()).isEmpty();
              });
    }
    try (Fd dir = openDirectory(kernel, directory)) {
      assertErrno(Errno.ENOTSOCK, () -> kernel.socketName(dir.number()));
    }
  }

  private static List<BoundSocket> socketsAt(Kernel kernel, int port) throws Exception {
    List<BoundSocket> found = new ArrayList<>();
    for (String number : new java.io.File("/proc/self/fd").list()) {
      try {
        BoundSocket socket = kernel.socketName(Integer.parseInt(number));
        if (socket.port() == port) {
          found.add(socket);
        }
      } catch (ErrnoException e) {
        assertThat(e.errno()).isIn(Errno.ENOTSOCK, Errno.EBADF);
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void namesCallSubjectAndReasonOfAFailure(Kernel kernel) {
    String path = at("nowhere");

    assertThatThrownBy(() -> kernel.open(path, Open.O_RDONLY, 0))
        .isInstanceOfSatisfying(
            ErrnoException.class,
            e -> {
              assertThat(e.errno()).isEqualTo(Errno.ENOENT);
              assertThat(e.call()).isEqualTo("open");
            })
        .hasMessage("open " + path + ": no such file or directory");
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void refusesPathsThatTheKernelWouldReadDifferently(Kernel kernel) {
    byte[] cut = Kernel.path(at("a\0b"));
    byte[] endless = new byte[5000];

    assertErrno(Errno.EINVAL, () -> kernel.statAt(Fd.AT_FDCWD, cut));
    assertErrno(Errno.ENAMETOOLONG, () -> kernel.statAt(Fd.AT_FDCWD, endless));
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void keepsNamesThatAreNoText(Kernel kernel) throws Exception {
    byte[] name = {'x', (byte) 0xff, (byte) 0xfe, '\n'};

    try (Fd dir = openDirectory(kernel, directory)) {
      kernel.mkdirAt(dir.number(), name, 0700);

      assertThat(kernel.list(dir.number())).containsExactly(name);
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void listsDirectoriesOfAnySize(Kernel kernel) throws Exception {
    for (int i = 0; i < 3000; i++) {
      Files.createFile(directory.resolve("a-rather-long-file-name-number-" + i));
    }

    try (Fd place = kernel.open(directory.toString(), Open.O_PATH | Open.O_DIRECTORY, 0)) {
      assertThat(kernel.list(place.number())).hasSize(3000);
      assertThat(kernel.list(place.number(), 10)).hasSizeBetween(10, 1000);
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void changesTheTree(Kernel kernel) throws Exception {
    try (Fd dir = openDirectory(kernel, directory)) {
      int at = dir.number();
      kernel.mkdirAt(at, Kernel.path("sub"), 0750);
      kernel.symlinkAt(Kernel.path("sub/target"), at, Kernel.path("link"));
      kernel.mknodAt(at, Kernel.path("pipe"), FileStatus.S_IFIFO | 0600, 0);
      kernel.renameAt(at, Kernel.path("pipe"), at, Kernel.path("sub/pipe"), 0);

      assertThat(new String(kernel.readlinkAt(at, Kernel.path("link")), UTF_8))
          .isEqualTo("sub/target");
      assertThat(kernel.statAt(at, Kernel.path("link")).isSymlink()).isTrue();
      assertThat(kernel.statAt(at, Kernel.path("sub")).isDirectory()).isTrue();
      assertThat(kernel.statAt(at, Kernel.path("sub/pipe")).mode() & FileStatus.S_IFMT)
          .isEqualTo(FileStatus.S_IFIFO);
      assertErrno(
          Errno.EEXIST,
          () ->
              kernel.renameAt(
                  at, Kernel.path("link"), at, Kernel.path("sub"), Open.RENAME_NOREPLACE));
      assertErrno(Errno.EISDIR, () -> kernel.unlinkAt(at, Kernel.path("sub"), 0));
      assertErrno(
          Errno.ENOTEMPTY, () -> kernel.unlinkAt(at, Kernel.path("sub"), Open.AT_REMOVEDIR));
      kernel.unlinkAt(at, Kernel.path("sub/pipe"), 0);
      kernel.unlinkAt(at, Kernel.path("sub"), Open.AT_REMOVEDIR);
      kernel.unlinkAt(at, Kernel.path("link"), 0);
      assertThat(kernel.list(at)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void setsModeTimesAndOwnerByDescriptor(Kernel kernel) throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    byte[] itself = new byte[0];

    try (Fd place = kernel.open(file.toString(), Open.O_PATH, 0)) {
      int fd = place.number();
      kernel.chmod(fd, 04711);
      kernel.utimesAt(fd, itself, 1, 2, 1_000_000_000L, 123_456_789);
      FileStatus status = kernel.stat(fd);

      assertThat(status.permissions()).isEqualTo(04711);
      assertThat(status.mtimeSeconds()).isEqualTo(1_000_000_000L);
      assertThat(status.mtimeNanos()).isEqualTo(123_456_789);
      if (kernel.euid() == 0) {
        kernel.chownAt(fd, itself, 1234, 5678);
        assertThat(kernel.stat(fd).uid()).isEqualTo(1234);
        assertThat(kernel.stat(fd).gid()).isEqualTo(5678);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void setsTimesOfALinkAndNotOfItsTarget(Kernel kernel) throws Exception {
    Path target = Files.createFile(directory.resolve("target"));
    Files.createSymbolicLink(directory.resolve("link"), target);

    try (Fd dir = openDirectory(kernel, directory)) {
      kernel.utimesAt(dir.number(), Kernel.path("link"), 5, 0, 7, 0);

      assertThat(kernel.statAt(dir.number(), Kernel.path("link")).mtimeSeconds()).isEqualTo(7);
      assertThat(kernel.statAt(dir.number(), Kernel.path("target")).mtimeSeconds()).isNotEqualTo(7);
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void linksAnOpenFile(Kernel kernel) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");

    try (Fd dir = openDirectory(kernel, directory);
        Fd open = kernel.open(file.toString(), Open.O_RDONLY, 0)) {
      kernel.linkFd(open.number(), dir.number(), Kernel.path("second"));
    }

    assertThat(directory.resolve("second")).hasContent("text");
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void keepsExtendedAttributes(Kernel kernel) throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assumeTrue(
        Files.getFileStore(file).supportsFileAttributeView("user"),
        "the file system of the temporary directory has no user attributes");
    byte[] name = Kernel.path("user.rktj");

    try (Fd place = kernel.open(file.toString(), Open.O_PATH, 0)) {
      kernel.setXattr(place.number(), name, new byte[] {0, 1, 2});
    }

    try (Fd open = kernel.open(file.toString(), Open.O_RDONLY, 0)) {
      assertThat(kernel.listXattr(open.number())).contains(name);
      assertThat(kernel.getXattr(open.number(), name)).containsExactly(0, 1, 2);
      assertErrno(Errno.ENODATA, () -> kernel.getXattr(open.number(), Kernel.path("user.other")));
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void copiesInsideTheKernel(Kernel kernel) throws Exception {
    Path source = Files.writeString(directory.resolve("source"), "0123456789".repeat(10_000));

    try (Fd in = kernel.open(source.toString(), Open.O_RDONLY, 0);
        Fd out = kernel.memoryFile("copy")) {
      long copied = 0;
      long some = kernel.sendFile(out.number(), in.number(), 1 << 20);
      while (some > 0) {
        copied += some;
        some = kernel.sendFile(out.number(), in.number(), 1 << 20);
      }
      kernel.truncate(out.number(), 15);
      kernel.seek(out.number(), 5);
      byte[] rest = new byte[100];
      int length = kernel.read(out.number(), rest, 0, rest.length);

      assertThat(copied).isEqualTo(100_000);
      assertThat(new String(rest, 0, length, UTF_8)).isEqualTo("5678901234");
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void waitsForInput(Kernel kernel) throws Exception {
    byte[] name = Kernel.path(at("pipe"));
    kernel.mknodAt(Fd.AT_FDCWD, name, FileStatus.S_IFIFO | 0600, 0);

    try (Fd pipe = kernel.openAt(Fd.AT_FDCWD, name, Open.O_RDWR | Open.O_NONBLOCK, 0)) {
      assertThat(kernel.waitReadable(pipe.number(), 20)).isFalse();
      assertErrno(Errno.EAGAIN, () -> kernel.read(pipe.number(), new byte[1], 0, 1));
      kernel.writeFully(pipe.number(), new byte[] {1}, 0, 1);
      assertThat(kernel.waitReadable(pipe.number(), -1)).isTrue();
      assertThat(kernel.isTerminal(pipe.number())).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void knowsProcessesAndFileSystems(Kernel kernel) throws Exception {
    assertThat(kernel.pid()).isEqualTo((int) ProcessHandle.current().pid());
    kernel.kill(kernel.pid(), 0);
    try (Fd self = kernel.pidfdOpen(kernel.pid());
        Fd proc = kernel.open("/proc", Open.O_RDONLY, 0);
        Fd here = openDirectory(kernel, directory)) {
      kernel.pidfdSendSignal(self.number(), 0);
      assertThat(kernel.fileSystemType(proc.number())).isEqualTo(0x9fa0);
      assertThat(kernel.mountId(proc.number())).isNotEqualTo(kernel.mountId(here.number()));
      assertThat(kernel.freeBytes(here.number())).isPositive();
      kernel.syncfs(here.number());
    }
    int mask = kernel.umask(027);
    assertThat(kernel.umask(mask)).isEqualTo(027);
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void drawsRandomBytes(Kernel kernel) throws Exception {
    byte[] first = new byte[600];
    byte[] second = new byte[600];

    kernel.random(first);
    kernel.random(second);

    assertThat(first).isNotEqualTo(second);
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void duplicatesAreDescriptorsOfTheirOwn(Kernel kernel) throws Exception {
    Fd first = openDirectory(kernel, directory);

    try (Fd second = kernel.duplicate(first.number())) {
      first.close();
      first.close();

      assertThat(kernel.stat(second.number()).isDirectory()).isTrue();
      assertThatThrownBy(first::number).isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void servesManyThreadsAtOnce(Kernel kernel) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(6);
    List<Future<Void>> results = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int size = 100 + i;
      Path file = Files.write(directory.resolve("file" + i), new byte[size]);
      Callable<Void> work =
          () -> {
            for (int round = 0; round < 500; round++) {
              assertThat(kernel.statAt(Fd.AT_FDCWD, Kernel.path(file.toString())).size())
                  .isEqualTo(size);
              assertThat(SmallFiles.read(kernel, file.toString(), 200)).hasSize(size);
            }
            return null;
          };
      results.add(executor.submit(work));
    }

    for (Future<Void> result : results) {
      assertThat(result.get()).isNull();
    }
    executor.shutdown();
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void setsLoopbackUp(Kernel kernel) throws Exception {
    Kernels.assumeRoot();

    Kernels.inThread(
        () -> {
          kernel.unshare(Kernels.CLONE_NEWNET);
          String routes = "/proc/thread-self/net/fib_trie";
          assertThat(new String(SmallFiles.read(kernel, routes, 1 << 20), UTF_8))
              .doesNotContain("127.0.0.1");
          kernel.loopbackUp();
          assertThat(new String(SmallFiles.read(kernel, routes, 1 << 20), UTF_8))
              .contains("127.0.0.1");
        });
  }

  @ParameterizedTest
  @MethodSource(KERNELS)
  void mountsAndUnmountsInANamespaceOfItsOwn(Kernel kernel) throws Exception {
    Kernels.assumeRoot();
    Path target = Files.createDirectory(directory.resolve("target"));

    Kernels.inThread(
        () -> {
          kernel.unshare(Kernels.CLONE_NEWNS);
          kernel.mount("", "/", "", Kernels.MS_PRIVATE_ALL, "");
          kernel.mount("tmpfs", target.toString(), "tmpfs", 0, "size=64k,mode=0711");
          try (Fd dir = openDirectory(kernel, target)) {
            assertThat(kernel.fileSystemType(dir.number())).isEqualTo(0x01021994);
            assertThat(kernel.stat(dir.number()).permissions()).isEqualTo(0711);
          }
          kernel.umount(target.toString(), 0);
          assertErrno(Errno.EINVAL, () -> kernel.umount(target.toString(), 0));
        });
  }

  @Test
  void adoptsADescriptorAndClosesIt() throws Exception {
    Kernel kernel = Kernels.named("jni");
    Fd first = openDirectory(kernel, directory);
    FileStatus opened = kernel.stat(first.number());

    try (Fd adopted = kernel.adopt(first.number())) {
      assertThat(kernel.stat(adopted.number()).isSameFile(opened)).isTrue();
    }

    assertThat(isOpenAt(kernel, first.number(), opened)).isFalse();
  }

  /** Not just whether the number is in use: another thread of the JVM may have got it by now. */
  private static boolean isOpenAt(Kernel kernel, int number, FileStatus file)
      throws ErrnoException {
    try {
      return kernel.stat(number).isSameFile(file);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBADF) {
        return false;
      }
      throw e;
    }
  }

  @Test
  void choosesOurLibraryWhereItIsNamed() {
    assertThat(LinuxKernel.binding(Kernels.library())).isInstanceOf(JniSystemCalls.class);
    assertThat(LinuxKernel.binding("")).isInstanceOf(JffiSystemCalls.class);
    assertThat(LinuxKernel.binding("/no/such/library.so")).isInstanceOf(JffiSystemCalls.class);
  }

  private String at(String name) {
    return directory + "/" + name;
  }

  private static Fd openDirectory(Kernel kernel, Path path) throws ErrnoException {
    return kernel.open(path.toString(), Open.O_RDONLY | Open.O_DIRECTORY, 0);
  }

  private static void assertErrno(int errno, Kernels.Work work) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }
}
