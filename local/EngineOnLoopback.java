import java.io.IOException;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.CommandLineInput;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * Starts the engine as its own main class does, except that it listens on 127.0.0.1 only, on a port that the system
 * chooses and this class prints. The engine has no options for that. It ends when its standard input ends, which happens
 * when the process that started it has ended. Java compiles this file at each start, so it needs the module jdk.compiler,
 * which is part of a JDK.
 */
public final class EngineOnLoopback {
  public static void main(String[] arguments) throws Exception {
    var options = new CommandLineInput(arguments);
    if (!options.init()) throw new IllegalArgumentException("The engine does not know these options.");
    var requests =
        new LocalDynamoDBRequestHandler(
            0,
            options.isInMemory(),
            options.getDbPath(),
            options.getSharedDb(),
            options.shouldDelayTransientStatuses());
    var handler = new LocalDynamoDBServerHandler(requests, options.getCorsParams());
    var server = new DynamoDBProxyServer(0, handler);
    for (var connector : handler.getServer().getConnectors()) {
      ((ServerConnector) connector).setHost("127.0.0.1");
      // A client that keeps a connection may send its next request at the moment in which an idle one is closed.
      ((ServerConnector) connector).setIdleTimeout(0);
    }
    server.start();
    for (var connector : handler.getServer().getConnectors())
      System.out.println("Listening on port " + ((ServerConnector) connector).getLocalPort());
    var watch = new Thread(EngineOnLoopback::endWithInput);
    watch.setDaemon(true);
    watch.start();
    server.join();
  }

  private static void endWithInput() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException unreadable) {
      // An input that cannot be read counts as ended.
    }
    Runtime.getRuntime().halt(0);
  }
}
