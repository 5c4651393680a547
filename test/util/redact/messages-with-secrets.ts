/** A message as a driver, a library or a program prints it, and the part of it that nobody may see. */
export type MessageWithSecret = readonly [source: string, message: string, secret: string];

const P = "hunter2-Zx9";
const KEY = "q83vEjRWeJCrze8SNFZ4kA";

type TokenName =
  | "aws"
  | "awsSecret"
  | "github"
  | "githubFine"
  | "gitlab"
  | "slack"
  | "stripe"
  | "stripeHook"
  | "google"
  | "googleOauth"
  | "googleClient"
  | "jwt"
  | "npm"
  | "pypi"
  | "sendgrid"
  | "twilio"
  | "openai"
  | "huggingFace"
  | "databricks"
  | "digitalOcean"
  | "shopify"
  | "vault"
  | "grafana"
  | "azureClient"
  | "telegram"
  | "nats"
  | "slackHook";

/** In two parts, so that scanners of repositories do not take examples for secrets. */
export const TOKENS: Readonly<Record<TokenName, string>> = {
  aws: ["AKIA", "IOSFODNN7EXAMPLE"].join(""),
  awsSecret: ["wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"].join(""),
  github: ["gh", "p_16C7e42F292c6912E7710c838347Ae178B4a"].join(""),
  githubFine: ["github", "_pat_11ABCDEFG0abcdefghijkl_MNOPQRSTUVWXYZ"].join(""),
  gitlab: ["gl", "pat-ABCdefGHIjklMNOpqrST"].join(""),
  slack: ["xo", "xb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy"].join(""),
  stripe: ["sk", "_live_4eC39HqLyjWDarjtT1zdp7dc"].join(""),
  stripeHook: ["wh", "sec_4eC39HqLyjWDarjtT1zdp7dc"].join(""),
  google: ["AI", "zaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe"].join(""),
  googleOauth: ["ya", "29.a0AfH6SMBx7Zl3wUq9"].join(""),
  googleClient: ["GOC", "SPX-Ab1Cd2Ef3Gh4Ij5Kl6Mn7"].join(""),
  jwt: ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"].join("."),
  npm: ["np", "m_abcdefghijklmnopqrstuvwxyz0123456789"].join(""),
  pypi: ["py", "pi-AgEIcHlwaS5vcmcCJDdhZGM0ZTk2LTc1YzQtNDA5"].join(""),
  sendgrid: ["SG", "ngeVfQFYQlKU0ufo8x5d1A", "TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc"].join("."),
  twilio: ["SK", "0123456789abcdef0123456789abcdef"].join(""),
  openai: ["sk", "-proj-abcdefghijklmnopqrstuvwx1234"].join(""),
  huggingFace: ["hf", "_abcdefghijklmnopqrstuvwxyzABCDEFGH"].join(""),
  databricks: ["da", "pi0123456789abcdef0123456789abcdef"].join(""),
  digitalOcean: ["do", "p_v1_0123456789abcdef0123456789abcdef"].join(""),
  shopify: ["sh", "pat_0123456789abcdef0123456789abcdef"].join(""),
  vault: ["hv", "s.CAESIJ2PLaBcDeFgHiJkLmNo"].join(""),
  grafana: ["gl", "sa_HOruNAb7SOiCdshU8algkrq7F"].join(""),
  azureClient: ["abc8", "Q~abcdefghijklmnopqrstuvwxyz-ABC_~1"].join(""),
  telegram: ["110201543", ":AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx"].join(""),
  nats: ["SUA", "B".repeat(55)].join(""),
  slackHook: ["T00000000", "B00000000", "XXXXXXXXXXXXXXXXXXXXXXXX"].join("/"),
};

const BEGIN = "-----BEGIN";

export const MESSAGES_WITH_SECRETS: readonly MessageWithSecret[] = [
  // Addresses
  ["pg", `connect ECONNREFUSED postgres://app:${P}@db.internal:5432/app`, P],
  ["pg-connection-string", `Invalid URL: postgresql://app:${P}@db:port/app?sslmode=require`, P],
  ["postgres", `write CONNECT_TIMEOUT postgres://app:${P}@10.0.0.5/orders`, P],
  ["URL with a space in it", `Invalid URL: postgres://app:hun ter2@db/app`, "ter2"],
  ["URL with a space and a port", `connect failed: mysql://root:my secret pass@127.0.0.1:3306/app`, "secret"],
  ["URL with quotes in it", `getaddrinfo ENOTFOUND amqp://app:h"un'ter2@mq:5672`, "ter2"],
  ["ioredis", `Failed to connect to redis://:${P}@cache:6379/0: timeout`, P],
  ["redis with a user", `Socket closed unexpectedly rediss://default:${P}@cache.example:6380`, P],
  ["amqplib", `Expected amqp: or amqps: as the protocol; got amqp2://guest:${P}@mq`, P],
  ["nats", `could not connect to nats://token-${P}@nats:4222: CONNECTION_REFUSED`, P],
  ["mqtt", `connack timeout mqtt://device:${P}@broker:1883`, P],
  ["MongoDB", `connection to mongodb+srv://app:${P}@cluster0.mongodb.net/test?retryWrites=true closed`, P],
  [
    "MongoDB with hosts",
    `Server selection timed out: mongodb://app:${P}@h1:27017,h2:27017/app?authSource=admin`,
    P,
  ],
  ["undici", `Request cannot be constructed from a URL that includes credentials: http://app:${P}@host/`, P],
  ["proxy", `Proxy CONNECT aborted (http://proxyuser:${P}@proxy:3128)`, P],
  ["nodemailer", `Greeting never received smtps://mailer%40example.com:${P}@smtp.example.com`, P],
  ["JDBC", `No suitable driver for jdbc:oracle:thin:app/${P}@//db:1521/ORCL`, P],
  ["JDBC with parameters", `Could not open jdbc:mysql://db:3306/app?user=app&password=${P}&useSSL=false`, P],
  ["Go's mysql", `dial app:${P}@tcp(db:3306)/orders: i/o timeout`, P],
  ["Go's mysql by a socket", `dial app:${P}@unix(/run/mysqld.sock)/orders refused`, P],
  ["no scheme", `cannot connect to root:${P}@127.0.0.1:3306`, P],
  ["no scheme, by name", `bad dsn "app:${P}@db.internal:5432/app"`, P],
  ["Oracle", `ORA-12541 scott/${P}@//db:1521/XE`, P],
  ["Oracle with a descriptor", `ORA-12154 scott/${P}@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)))`, P],
  ["git", `fatal: unable to access 'https://bot:${P}@git.example.com/repo.git/'`, P],
  ["a redirect", `302 to https://sso/login?next=https%3A%2F%2Fapp%3A${P}%40host%2F`, P],
  ["a parameter within a parameter", `GET /login?next=%2Fcallback%3Ftoken%3D${P}%26page%3D2 answered 401`, P],
  // Named values
  ["libpq", `connection to "host=db user=app password=${P} dbname=app" failed`, P],
  ["libpq with quotes", `invalid dsn: host=db password='two ${P}' user=app`, P],
  ["environment", `spawn PGPASSWORD=${P} psql ENOENT`, P],
  ["ADO.NET", `Login failed: Server=db;Database=app;User Id=sa;Password=a b ${P};Encrypt=true`, P],
  ["ADO.NET, last", `Login failed: Server=db;User Id=sa;Password=a b ${P}`, P],
  ["ODBC", `Driver=ODBC;Uid=sa;Pwd={a;b ${P}};Server=db`, P],
  ["Azure Storage", `Bad AccountName=x;AccountKey=${KEY}==;EndpointSuffix=core.windows.net`, KEY],
  [
    "Azure Service Bus",
    `Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${KEY}=`,
    KEY,
  ],
  [
    "Azure SAS",
    `https://x.blob.core.windows.net/c?sv=2022-11-02&se=2026-01-01&sr=b&sig=${KEY}%3D answered 403`,
    KEY,
  ],
  [
    "Azure event hub SAS",
    `SharedAccessSignature sr=hub&sig=${KEY}%3D&se=1700000000&skn=Root is expired`,
    KEY,
  ],
  ["Azure Cosmos", `AccountEndpoint=https://x.documents.azure.com:443/;AccountKey=${KEY}==;`, KEY],
  ["util.inspect", `Invalid options { host: 'db', user: 'app', password: '${P}', port: 5432 }`, P],
  ["util.inspect of keys", `client { apiKey: '${P}', region: 'eu' } failed`, P],
  ["util.inspect of a mailer", `Missing host in { auth: { user: 'mailer', pass: '${P}' } }`, P],
  ["util.inspect with colors", `options { password: \u001b[32m'${P}'\u001b[39m, port: 1 }`, P],
  [
    "util.inspect of a buffer",
    "mqtt options { username: 'x', password: <Buffer 68 75 6e 74 65 72 32> }",
    "68 75",
  ],
  ["util.inspect of a list", `{ passwords: [ 'first-${P}', 'second-${P}' ] }`, P],
  ["util.inspect in backticks", `{ password: \`it's "${P}"\` }`, P],
  [
    "AWS SDK",
    `Resolved credential { accessKeyId: 'x', secretAccessKey: '${TOKENS.awsSecret}' } is not valid`,
    TOKENS.awsSecret,
  ],
  ["AWS SDK session", `{ accessKeyId: 'x', sessionToken: '${P}' } is expired`, P],
  ["AWS configuration", `~/.aws/credentials: aws_secret_access_key: ${TOKENS.awsSecret}`, TOKENS.awsSecret],
  ["AWS environment", `AWS_SECRET_ACCESS_KEY=${TOKENS.awsSecret} is malformed`, TOKENS.awsSecret],
  ["AWS Secrets Manager", `{ Name: 'db', SecretString: '{"user":"app","pw":"${P}"}' }`, P],
  ["JSON", `unexpected reply {"user":"app","password":"${P}","port":1}`, P],
  ["JSON with a number", `unexpected reply {"user":"app","password":98127364}`, "98127364"],
  ["JSON with a PIN", `unexpected reply {"pin":4711,"id":3}`, "4711"],
  ["JSON within JSON", `{"body":"{\\"password\\":\\"${P}\\",\\"user\\":\\"app\\"}"}`, P],
  ["JSON within JSON within JSON", `{"log":"{\\\\\\"token\\\\\\":\\\\\\"${P}\\\\\\"}"}`, P],
  ["JSON in HTML", `<pre>{&quot;password&quot;:&quot;${P}&quot;}</pre>`, P],
  ["JSON with escapes", `{\\u0022password\\u0022:\\u0022${P}\\u0022}`, P],
  ["YAML", `cannot parse config: password: ${P}`, P],
  ["YAML in braces", `cannot parse {user: app, password: ${P}}`, P],
  ["YAML with token", `kubeconfig has token: ${P}, which has expired`, P],
  ["header", `rejected header X-Api-Key: ${P}`, P],
  ["header with a hyphen", `rejected header Ocp-Apim-Subscription-Key: ${P}`, P],
  ["header of GitLab", `rejected header PRIVATE-TOKEN: ${P}`, P],
  ["header of Vault", `{"x-vault-token":["${P}"]}`, P],
  ["Java's toString", `Config{url=db, password=${P}, user=app}`, P],
  ["Go's %+v", `dial {User:app Password:${P} Host:db Port:5432}: refused`, P],
  ["Go's %#v", `main.Config{User:"app", Password:"${P}"}`, P],
  ["Python's repr", `OperationalError: {'user': 'app', 'password': b'${P} x'}`, P],
  ["Ruby's inspect", `{:user=>"app", :password=>"${P}"}`, P],
  ["PHP's print", `['username' => 'app', 'password' => '${P}']`, P],
  ["JavaScript", `TypeError at config["password"] = "${P}"`, P],
  ["LDIF", `entry rejected: userPassword:: ${P}`, P],
  ["form", `POST /login body user=app&pass=${P}&remember=1`, P],
  ["nested form", `POST /login body user[password]=${P}&user[name]=app`, P],
  ["keystore", `keytool error: passphrase=${P} does not open it`, P],
  ["TLS options", `secureContext failed for { key: '${KEY}', passphrase: '${P}' }`, P],
  ["a pair of name and value", `[{ name: 'DB_PASSWORD', value: '${P}' }]`, P],
  ["web.config", `<add key="Password" value="${P}"/>`, P],
  ["SOAP", `<wsse:Username>app</wsse:Username><wsse:Password Type="#PasswordText">${P}</wsse:Password>`, P],
  ["XML", `<Login><Password>${P}</Password></Login> is not valid`, P],
  ["S3", `SignatureDoesNotMatch <SignatureProvided>${KEY}</SignatureProvided>`, KEY],
  ["OAuth", `POST /oauth/token grant_type=password&client_secret=${P}&scope=a`, P],
  ["OAuth refresh", `{"refresh_token":"${P}","expires_in":3600}`, P],
  // Headers
  ["Basic", `GET /: Authorization: Basic YXBwOmh1bnRlcjI= was refused`, "YXBw"],
  ["Basic without its name", "proxy refused Basic YXBwOmh1bnRlcjI=", "YXBw"],
  ["Bearer", `{ headers: { Authorization: 'Bearer ${P}' } }`, P],
  ["Bearer without its name", `the server refused Bearer ${P}`, P],
  ["Bearer in JSON", `{"authorization":"Bearer ${P}","host":"x"}`, P],
  ["Bearer in raw headers", `[ 'host', 'x', 'authorization', 'Bearer ${P}' ]`, P],
  ["own scheme", `Authorization: ApiKey ${P}`, P],
  ["Digest", `Authorization: Digest username="app", nonce="x", response="${P}"`, P],
  ["OAuth 1", `Authorization: OAuth oauth_nonce="x", oauth_signature="${P}"`, P],
  ["Hawk", `Authorization: Hawk id="x", ts="1", mac="${P}"`, P],
  ["NTLM", `407 for NTLM ${"TlRMTVNTUAADAAAAGAAYAHIAAAA"}=`, "TlRMTVNT"],
  [
    "AWS signature v4",
    `Authorization: AWS4-HMAC-SHA256 Credential=x/20260101/eu/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${KEY}`,
    KEY,
  ],
  [
    "AWS signature v4 without its name",
    `bad AWS4-HMAC-SHA256 Credential=x/1, SignedHeaders=host, Signature=${KEY}`,
    KEY,
  ],
  [
    "AWS presigned",
    `GET https://b.s3.amazonaws.com/o?X-Amz-Expires=60&X-Amz-Signature=${KEY} answered 403`,
    KEY,
  ],
  ["AWS security token", `https://sts/?X-Amz-Security-Token=${KEY}&X-Amz-Date=1`, KEY],
  ["Google presigned", `https://storage.googleapis.com/b/o?X-Goog-Date=1&X-Goog-Signature=${KEY}`, KEY],
  ["Azure shared key", `Authorization=SharedKey account:${KEY}= is not valid`, KEY],
  ["cookie", `request had Cookie: theme=dark; sid=${P}; lang=de`, P],
  ["cookie in an object", `{ cookie: 'connect.sid=s%3A${P}' }`, P],
  ["set-cookie", `{ 'set-cookie': [ 'a=1; Path=/', 'session=${P}; HttpOnly' ] }`, P],
  ["session", `GET /;JSESSIONID=${P} answered 500`, P],
  ["http.request", `Invalid options { host: 'x', auth: 'app:${P}' }`, P],
  ["npm", `npm error //npm.example.com/:_authToken=${P}`, P],
  ["npm's legacy", `npm error _auth=app:${P} is not valid`, P],
  // Commands
  ["Redis AUTH", `ERR wrong command AUTH default ${P}`, P],
  ["Redis AUTH without a user", `MISCONF while AUTH ${P}`, P],
  ["Redis HELLO", `NOPROTO HELLO 3 AUTH default ${P}`, P],
  ["Redis ACL", `ERR in ACL SETUSER app on >${P} ~* +@all`, P],
  ["Redis CONFIG", `ERR in CONFIG SET requirepass ${P}`, P],
  ["SMTP AUTH", "535 after AUTH PLAIN AGFwcABodW50ZXIy", "AGFwcA"],
  ["SASL PLAIN", `mechanism refused \u0000guest\u0000${P}`, P],
  ["SASL PLAIN, escaped", `response "\\u0000guest\\u0000${P}" refused`, P],
  ["SQL of MySQL", `You have an error near 'IDENTIFIED BY '${P}'' at line 1`, P],
  ["SQL of MySQL with a plugin", `near "IDENTIFIED WITH caching_sha2_password BY '${P}'"`, P],
  ["SQL of PostgreSQL", `syntax error at or near in ALTER ROLE app PASSWORD '${P}'`, P],
  ["SQL of MariaDB", `SET PASSWORD FOR app = PASSWORD('${P}') failed`, P],
  ["mariadb", `sql: INSERT INTO users VALUES (?,?) - parameters:['app','${P}']`, P],
  ["a command", `Command failed: backup --user app --password ${P} --host db`, P],
  ["a command with a token", `Command failed: helm login --token ${P}`, P],
  ["mysqldump", `Command failed: mysqldump -u root -p${P} app`, P],
  ["redis-cli", `Command failed: redis-cli -h cache -a ${P} ping`, P],
  ["curl", `Command failed: curl -sS -u app:${P} http://host/`, P],
  ["sshpass", `Command failed: sshpass -p ${P} ssh host`, P],
  ["openssl", `Command failed: openssl rsa -passin pass:${P}`, P],
  // Tokens by their shape
  ["AWS access key", `The access id ${TOKENS.aws} does not exist`, TOKENS.aws],
  ["GitHub", `remote: ${TOKENS.github} lacks the scope`, TOKENS.github],
  ["GitHub, fine-grained", `remote: ${TOKENS.githubFine} lacks the scope`, TOKENS.githubFine],
  ["GitLab", `403 for ${TOKENS.gitlab}`, TOKENS.gitlab],
  ["Slack", `invalid_auth for ${TOKENS.slack}`, TOKENS.slack],
  [
    "Slack webhook",
    `POST https://hooks.slack.com/services/${TOKENS.slackHook} answered 404`,
    TOKENS.slackHook,
  ],
  ["Stripe", `No such customer with ${TOKENS.stripe}`, TOKENS.stripe],
  ["Stripe webhook", `cannot verify with ${TOKENS.stripeHook}`, TOKENS.stripeHook],
  ["Google", `API not enabled for ${TOKENS.google}`, TOKENS.google],
  ["Google OAuth", `insufficient scope of ${TOKENS.googleOauth}`, TOKENS.googleOauth],
  ["Google client", `bad client ${TOKENS.googleClient}`, TOKENS.googleClient],
  ["JWT", `jwt malformed: ${TOKENS.jwt}`, TOKENS.jwt],
  ["JWT in a query", `GET /x?t=${TOKENS.jwt} answered 401`, TOKENS.jwt],
  ["npm", `E401 for ${TOKENS.npm}`, TOKENS.npm],
  ["PyPI", `403 for ${TOKENS.pypi}`, TOKENS.pypi],
  ["SendGrid", `401 for ${TOKENS.sendgrid}`, TOKENS.sendgrid],
  ["Twilio", `20003 for ${TOKENS.twilio}`, TOKENS.twilio],
  ["OpenAI", `Incorrect API key provided: ${TOKENS.openai}. You can find yours`, TOKENS.openai],
  ["Hugging Face", `401 for ${TOKENS.huggingFace}`, TOKENS.huggingFace],
  ["Databricks", `403 for ${TOKENS.databricks}`, TOKENS.databricks],
  ["DigitalOcean", `401 for ${TOKENS.digitalOcean}`, TOKENS.digitalOcean],
  ["Shopify", `401 for ${TOKENS.shopify}`, TOKENS.shopify],
  ["Vault", `permission denied for ${TOKENS.vault}`, TOKENS.vault],
  ["Grafana", `401 for ${TOKENS.grafana}`, TOKENS.grafana],
  ["Azure", `AADSTS7000215 for ${TOKENS.azureClient}`, TOKENS.azureClient],
  ["Telegram", `ETELEGRAM 404 https://api.telegram.org/bot/${TOKENS.telegram}/getMe`, TOKENS.telegram],
  ["nkeys", `invalid seed ${TOKENS.nats}`, TOKENS.nats],
  [
    "PEM in one line",
    `bad ${BEGIN} PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0B\\n-----END PRIVATE KEY-----`,
    "MIIEvQ",
  ],
  ["PEM without its end", `bad ${BEGIN} RSA PRIVATE KEY----- MIIEpAIBAAKCAQEA7bq1c2Fs`, "MIIEpA"],
  [
    "PEM in an object",
    `{ private_key: '${BEGIN} EC PRIVATE KEY-----\\nMHcCAQEEIIrYSSNQFaA2Hwf1\\n-----END` +
      ` EC PRIVATE KEY-----' }`,
    "MHcCAQ",
  ],
];
