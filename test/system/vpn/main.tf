# A VPN with every resource Terraform has for one: a web server in a VPC, and the network behind the customer gateway,
# to which a host is added by `postern on-premises`.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" {
  type = string
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "111111111111"
  secret_key                  = "any"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    ec2 = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_vpc" "ours" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "servers" {
  vpc_id     = aws_vpc.ours.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_customer_gateway" "office" {
  bgp_asn     = 65000
  ip_address  = "203.0.113.20"
  type        = "ipsec.1"
  device_name = "office"

  tags = { Name = "office" }
}

resource "aws_vpn_gateway" "ours" {
  amazon_side_asn = 64600

  tags = { Name = "ours" }
}

resource "aws_vpn_gateway_attachment" "ours" {
  vpc_id         = aws_vpc.ours.id
  vpn_gateway_id = aws_vpn_gateway.ours.id
}

resource "aws_vpn_connection" "office" {
  customer_gateway_id   = aws_customer_gateway.office.id
  vpn_gateway_id        = aws_vpn_gateway.ours.id
  type                  = "ipsec.1"
  static_routes_only    = true
  tunnel1_inside_cidr   = "169.254.33.0/30"
  tunnel1_preshared_key = "correct_horse_battery"

  tags = { Name = "office" }
}

resource "aws_vpn_connection_route" "office" {
  vpn_connection_id      = aws_vpn_connection.office.id
  destination_cidr_block = "192.168.10.0/24"
}

resource "aws_route_table" "servers" {
  vpc_id = aws_vpc.ours.id

  route {
    cidr_block = "192.168.20.0/24"
    gateway_id = aws_vpn_gateway.ours.id
  }

  depends_on = [aws_vpn_gateway_attachment.ours]

  lifecycle {
    # Propagated routes are a resource of their own below.
    ignore_changes = [propagating_vgws]
  }
}

resource "aws_route_table_association" "servers" {
  subnet_id      = aws_subnet.servers.id
  route_table_id = aws_route_table.servers.id
}

resource "aws_vpn_gateway_route_propagation" "servers" {
  vpn_gateway_id = aws_vpn_gateway.ours.id
  route_table_id = aws_route_table.servers.id

  depends_on = [aws_vpn_gateway_attachment.ours]
}

resource "aws_security_group" "web" {
  name        = "web"
  description = "HTTP from the office"
  vpc_id      = aws_vpc.ours.id

  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["192.168.10.0/24"]
  }
}

resource "aws_instance" "web" {
  ami                    = "ami-03eb5e00000000001"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.servers.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = [aws_security_group.web.id]
}

output "customer_gateway" {
  value = aws_customer_gateway.office.id
}

output "web" {
  value = aws_instance.web.id
}

output "tunnel1" {
  value = [aws_vpn_connection.office.tunnel1_address, aws_vpn_connection.office.tunnel1_cgw_inside_address, aws_vpn_connection.office.tunnel1_bgp_asn]
}
