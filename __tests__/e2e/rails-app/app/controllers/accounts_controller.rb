# frozen_string_literal: true

class AccountsController < ActionController::API
  def show
    account = Account.find_by(username: params[:username])
    return head :not_found if account.nil?

    render json: { username: account.username, can_sign: account.signing_key.present? }
  end
end
