import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies a webhook of Weir (Standard Webhooks, v1) with nothing but the JDK. */
public final class Verify {
  private static final long TOLERANCE_SECONDS = 300;

  /** True where the message is Weir's. {@code body} is the raw body as it came, {@code secret} begins with whsec_. */
  public static boolean isAuthentic(byte[] body, Map<String, String> headers, String secret, long nowSeconds)
      throws GeneralSecurityException {
    String timestamp = headers.get("webhook-timestamp");
    if (!timestamp.matches("[0-9]{1,12}") || Math.abs(nowSeconds - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) {
      return false;
    }
    byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes((headers.get("webhook-id") + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
    content.writeBytes(body);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(content.toByteArray()))).getBytes(StandardCharsets.UTF_8);
    for (String signature : headers.get("webhook-signature").split(" ")) {
      if (MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) return true;
    }
    return false;
  }

  /** java Verify.java SECRET ID TIMESTAMP SIGNATURE < body: ends with 0 where the message is authentic. */
  public static void main(String[] args) throws Exception {
    Map<String, String> headers =
        Map.of("webhook-id", args[1], "webhook-timestamp", args[2], "webhook-signature", args[3]);
    long now = System.currentTimeMillis() / 1000;
    System.exit(isAuthentic(System.in.readAllBytes(), headers, args[0], now) ? 0 : 1);
  }
}
