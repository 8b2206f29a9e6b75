// Gives each function a role of its own: it writes its own log, and reads the SSM parameters that
// its SANGHA_SECRETS names. A function that names none reads none.
//
// Parameters that SSM encrypts by the account's own key (alias aws/ssm) need no kms:Decrypt: that
// key's policy lets whoever may read a parameter have it decrypted.
"use strict";

const statement = (actions, resources) => ({
  Effect: "Allow",
  Action: actions,
  Resource: resources.map((resource) => ({
    "Fn::Sub": `arn:\${AWS::Partition}:${resource}`,
  })),
});

const role = (logGroup, parameters) => {
  const here = "${AWS::Region}:${AWS::AccountId}";
  const statements = [
    statement(
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      [`logs:${here}:log-group:${logGroup}:*`],
    ),
  ];
  if (parameters.length > 0) {
    const arns = parameters.map((name) => `ssm:${here}:parameter${name}`);
    statements.push(statement(["ssm:GetParameters"], arns));
  }
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ],
      },
      Policies: [
        {
          PolicyName: "own",
          PolicyDocument: { Version: "2012-10-17", Statement: statements },
        },
      ],
    },
  };
};

class Roles {
  constructor(serverless) {
    this.service = serverless.service;
    this.naming = serverless.getProvider("aws").naming;
    this.hooks = { "before:package:setupProviderConfiguration": () => this.add() };
  }

  add() {
    const resources = this.service.provider.compiledCloudFormationTemplate.Resources;
    for (const name of this.service.getAllFunctions()) {
      const configured = this.service.getFunction(name);
      const named = (configured.environment || {}).SANGHA_SECRETS || "";
      const id = `${this.naming.getNormalizedFunctionName(name)}Role`;
      const logGroup = this.naming.getLogGroupName(configured.name);
      resources[id] = role(logGroup, named.split(" ").filter(Boolean));
      configured.role = { "Fn::Sub": `\${${id}.Arn}` };
    }
  }
}

module.exports = Roles;
